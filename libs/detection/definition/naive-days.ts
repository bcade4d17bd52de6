// definition/: what the engine must give, written to be read and not to be fast, and the random histories that compare the two.
// Tests and benchmarks alone run it.

import type { AccessRow } from '#libs/contracts/access-row.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { AccountDay, Habits } from '#libs/habits/seams.js';
import type { Rule, Selection } from '../rule/rule.js';
import { naiveFirings, type Usual } from './naive-rule.js';

/** The largest count that is told of a day; a larger one is told as this. */
const countMax = 2 ** 32 - 2;

/** The largest count of each habit rule that any time of `[from, until]` reaches. */
function mostOf(rows: readonly AccessRow[], rules: readonly Rule[], from: number, until: number): Record<string, number> {
  const all = habitsIn(rules).map((rule): [string, number] => {
    // Whatever it is told from: every access that takes part is a time at which it counts something.
    const { habit: _, spread: __, ...plain } = { ...rule, condition: { ...rule.condition, atLeast: 1 } };
    const counts = naiveFirings(rows, plain).filter(({ time }) => time >= from && time <= until);
    return [rule.id, Math.min(countMax, Math.max(0, ...counts.map(({ value }) => value)))];
  });
  return Object.fromEntries(all.filter(([, count]) => count > 0));
}

/** What is usual for the subject of the accesses, by the model and by what the rules count of its day. */
export function usualOf(rows: readonly AccessRow[], rules: readonly Rule[], habits: Habits, key: string): Usual {
  const group = rows[0]?.group_id ?? '';
  const said = Map.groupBy(seenBy(rows, rules), (row) => habits.dayOf(group, Date.parse(row.time)));
  return {
    least: (rule, time) => {
      const day = habits.dayOf(group, time);
      const roles = new Set(said.get(day)?.map((row) => row.actor_role ?? ''));
      return habits.least(rule, group, key, day, [...roles]);
    },
    evidence: (time) => {
      const day = habits.dayOf(group, time);
      return habits.evidence(group, key, day, mostOf(rows, rules, habits.startOf(group, day), time));
    },
  };
}

interface Told {
  readonly firstTime: number;
  readonly lastTime: number;
}

/** Every day of the subject with an access that some rule looks at. */
export function naiveDaysOf(
  rows: readonly AccessRow[],
  rules: readonly Rule[],
  habits: Habits,
  { subject, key, incidents }: { readonly subject: SubjectKind; readonly key: string; readonly incidents: readonly Told[] },
): readonly AccountDay[] {
  const seen = seenBy(rows, rules);
  const groupId = rows[0]?.group_id ?? '';
  const byDay = Map.groupBy(seen, (row) => habits.dayOf(groupId, Date.parse(row.time)));
  return [...byDay].map(([day, of]) => {
    const [start, end] = [habits.startOf(groupId, day), habits.startOf(groupId, day + 1)];
    const most = mostOf(rows, rules, start, end - 1);
    const told = incidents.some(({ firstTime, lastTime }) => firstTime < end && lastTime >= start);
    return { groupId, subject, key, day, role: lastOf(of, 'actor_role'), kind: lastOf(of, 'actor_kind'), most, told };
  });
}

/** Accesses that some rule looks at. */
function seenBy(rows: readonly AccessRow[], rules: readonly Rule[]): readonly AccessRow[] {
  const looked = rules.filter(({ raises }) => raises).flatMap(selectionsOf);
  return rows.filter((row) => looked.some((selection) => selection.matches(row)));
}

/** What the day's last access says that says so; of one time the first text in order. */
function lastOf(rows: readonly AccessRow[], field: 'actor_role' | 'actor_kind'): string {
  const said = rows.filter((row) => (row[field] ?? '') !== '');
  const last = said.reduce((newest, { time }) => (time > newest ? time : newest), '');
  return (
    said
      .filter(({ time }) => time === last)
      .map((row) => row[field] ?? '')
      .toSorted()[0] ?? ''
  );
}

/** Habit rules that are judged for these rules. */
export function habitsIn(rules: readonly Rule[]): readonly Rule[] {
  const found = new Map<string, Rule>();
  const visit = (rule: Rule): void => {
    if (rule.habit) found.set(rule.id, rule);
    for (const input of rule.inputs) if (input.kind === 'matches') visit(input.rule);
  };
  for (const rule of rules) if (rule.raises) visit(rule);
  return [...found.values()];
}

function selectionsOf(rule: Rule): readonly Selection[] {
  const inner = rule.inputs.flatMap((input) => (input.kind === 'rows' ? [input.selection] : selectionsOf(input.rule)));
  const excluded = rule.exceptions.map((exception) => exception.excluded);
  return [rule.selection, ...inner, ...excluded, ...(rule.unfiltered ? selectionsOf(rule.unfiltered) : [])];
}
