import type { AccountDay, Habits } from '#libs/habits/seams.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { RuleMatch } from '#libs/contracts/incident.js';
import { levels } from '#libs/contracts/incident.js';
import { categories, type SubjectKind, subjectKinds } from '#libs/contracts/vocabulary.js';
import { naiveDaysOf, usualOf } from './naive-days.js';
import { type Entry, naiveFirings, type Usual } from './naive-rule.js';
import { type Exception, habitRuleOf, type Rule } from '../rule/rule.js';

/** What an incident says, as a function of the set of accesses: what the engine is compared with. Times as milliseconds. */
export interface NaiveIncident {
  readonly group: string;
  readonly subject: SubjectKind;
  readonly actor: string;
  /** Of another subject than an account. */
  readonly accounts: readonly string[];
  readonly firstTime: number;
  readonly lastTime: number;
  readonly patients: number;
  readonly patientsAtFiring: number;
  readonly clinics: readonly string[];
  readonly categories: readonly string[];
  readonly level: string;
  readonly step: number;
  readonly matches: readonly (Pick<RuleMatch, 'rule_id' | 'threshold' | 'value' | 'spread'> & {
    readonly first: number;
    readonly last: number;
  })[];
  readonly selections: readonly string[];
  readonly suppressedBy: readonly string[];
  readonly found: 'live' | 'late';
}

/** Whether an access came later than allowed. */
export type IsLate = (row: AccessRow) => boolean;

interface Asked {
  readonly subject: SubjectKind;
  readonly isLate: IsLate;
  readonly exceptionsOf: (rule: Rule) => readonly Exception[];
  readonly usual?: Usual | undefined;
}

interface Fired extends Entry {
  readonly rule: Rule;
}

/**
 * The definitions of `docs/decisions/engine.md` word by word, with nothing shared with the engine and no thought of speed: every anchor of
 * every rule is counted from nothing. For tests.
 */
export function naiveRecount(
  rows: readonly AccessRow[],
  rules: readonly Rule[],
  quietMs: number,
  isLate: IsLate = () => false,
  habits?: Habits,
): readonly NaiveIncident[] {
  const raising = rules.filter(({ raises }) => raises);
  return subjectsOf(rows).flatMap(({ subject, of }) =>
    incidentsOf(of, raising, {
      subject,
      quietMs,
      isLate,
      exceptionsOf: () => [],
      usual: usualFor(of, rules, subject, habits),
    }),
  );
}

/** Every day of every subject of the rules, with the largest counts of their habit rules. */
export function naiveDays(
  rows: readonly AccessRow[],
  rules: readonly Rule[],
  quietMs: number,
  habits: Habits,
): readonly AccountDay[] {
  const incidents = naiveRecount(rows, rules, quietMs, () => false, habits);
  return subjectsOf(rows).flatMap(({ subject, of }) => {
    const own = rules.filter((rule) => rule.subject === subject);
    const [first] = of;
    const key = first ? subjectOf(first, subject) : '';
    const told = incidents.filter((one) => one.subject === subject && one.actor === key && one.group === first?.group_id);
    return naiveDaysOf(of, own, habits, { subject, key, incidents: told });
  });
}

function usualFor(
  rows: readonly AccessRow[],
  rules: readonly Rule[],
  subject: SubjectKind,
  habits: Habits | undefined,
): Usual | undefined {
  const [first] = rows;
  if (!first || !habits) return undefined;
  const own = rules.filter((rule) => rule.subject === subject);
  return usualOf(rows, own, habits, subjectOf(first, subject));
}

/** What exceptions keep from being incidents: clusters of rules without their exceptions, where an exception took an access out. */
export function naiveSuppressed(
  rows: readonly AccessRow[],
  rules: readonly Rule[],
  quietMs: number,
  isLate: IsLate = () => false,
  habits?: Habits,
): readonly NaiveIncident[] {
  const exceptions = new Map<string, readonly Exception[]>();
  const unfiltered = rules.flatMap((rule) => {
    if (!rule.raises || !rule.unfiltered) return [];
    exceptions.set(rule.id, rule.exceptions);
    return [rule.unfiltered];
  });
  const all = subjectsOf(rows).flatMap(({ subject, of }) =>
    incidentsOf(of, unfiltered, {
      subject,
      quietMs,
      isLate,
      exceptionsOf: (rule) => exceptions.get(rule.id) ?? [],
      usual: usualFor(of, rules, subject, habits),
    }),
  );
  return all.filter(({ suppressedBy }) => suppressedBy.length > 0);
}

/** An access that is dated more than five minutes after its arrival counts as of its arrival. */
export function asJudged(row: AccessRow): AccessRow {
  return Date.parse(row.time) - Date.parse(row.received_at) > 5 * 60_000 ? { ...row, time: row.received_at } : row;
}

/** The text by which an access belongs to a subject of a kind; empty where it belongs to none. */
export function subjectOf(row: AccessRow, subject: SubjectKind): string {
  return (subject === 'account' ? row.actor_id : row[subject]) ?? '';
}

/** The accesses of every subject of every kind. One without account is nobody's. */
function subjectsOf(rows: readonly AccessRow[]): readonly { readonly subject: SubjectKind; readonly of: readonly AccessRow[] }[] {
  const judged = rows.map(asJudged);
  const distinct = [...new Map(judged.map((row) => [`${row.event_id} ${row.patient_id} ${row.time}`, row])).values()];
  return subjectKinds.flatMap((subject) => {
    const belonging = distinct.filter((row) => row.group_id && row.actor_id && subjectOf(row, subject));
    const subjects = Map.groupBy(belonging, (row) => JSON.stringify([row.group_id, subjectOf(row, subject)]));
    return [...subjects.values()].map((of) => ({ subject, of }));
  });
}

function incidentsOf(
  rows: readonly AccessRow[],
  rules: readonly Rule[],
  { quietMs, ...asked }: Asked & { readonly quietMs: number },
): readonly NaiveIncident[] {
  const own = rules.filter((rule) => rule.subject === asked.subject);
  const fired = own.flatMap((rule) => naiveFirings(rows, rule, asked.usual).map((one) => ({ ...one, rule })));
  const clusters: Fired[][] = [];
  for (const one of fired.toSorted((a, b) => a.time - b.time)) {
    const open = clusters.at(-1);
    if (open && one.time - (open.at(-1)?.time ?? 0) < quietMs) open.push(one);
    else clusters.push([one]);
  }
  return clusters.map((cluster) => incidentOf(rows, cluster, asked));
}

function incidentOf(
  rows: readonly AccessRow[],
  cluster: readonly Fired[],
  { subject, exceptionsOf, isLate, usual }: Asked,
): NaiveIncident {
  const firstFired = cluster[0]?.time ?? 0;
  const lastTime = cluster.at(-1)?.time ?? 0;
  const atFirst = cluster.filter(({ time }) => time === firstFired);
  const firstTime = Math.min(...atFirst.map(({ windowFirst }) => windowFirst));
  const byRule = [...Map.groupBy(cluster, ({ rule }) => rule)].map(([rule, of]) => {
    const first = Math.min(...of.map(({ time }) => time));
    const [at] = of.filter(({ time }) => time === first).toSorted((a, b) => b.value - a.value || b.spread - a.spread);
    return {
      rule,
      rule_id: rule.id,
      threshold: toldFrom(rule, first, usual),
      value: at?.value ?? 0,
      spread: at?.spread ?? 0,
      first,
      last: Math.max(...of.map(({ time }) => time)),
    };
  });
  const matches = byRule.toSorted((a, b) => a.first - b.first || (a.rule_id < b.rule_id ? -1 : 1));
  const selected = rows.filter(
    (row) => timeOf(row) >= firstTime && timeOf(row) <= lastTime && matches.some(({ rule }) => rule.selection.matches(row)),
  );
  const patients = patientsOf(selected);
  const uptoFirst = selected.filter(
    (row) => timeOf(row) <= firstFired && atFirst.some(({ rule }) => rule.selection.matches(row)),
  );
  const seen = new Set(selected.flatMap((row) => row.categories ?? []));
  const suppressing = matches
    .flatMap(({ rule }) => exceptionsOf(rule))
    .filter(({ excluded }) => selected.some((row) => excluded.matches(row)));
  return {
    group: rows[0]?.group_id ?? '',
    subject,
    actor: rows[0] ? subjectOf(rows[0], subject) : '',
    accounts: subject === 'account' ? [] : [...new Set(selected.map(({ actor_id }) => actor_id))].toSorted(),
    firstTime,
    lastTime,
    patients,
    patientsAtFiring: patientsOf(uptoFirst),
    found: uptoFirst.some(isLate) ? 'late' : 'live',
    clinics: [...new Set(selected.map((row) => row.clinic_id))].filter((clinic) => clinic !== '').toSorted(),
    categories: categories.filter((one) => seen.has(one)),
    level: levels[Math.max(...matches.map(({ rule }) => levels.indexOf(rule.level)))] ?? '',
    step: Math.max(0, ...matches.flatMap(({ rule }) => rule.steps.filter((step) => step <= patients))),
    matches: matches.map(({ rule_id, threshold, value, spread, first, last }) => ({
      rule_id,
      threshold,
      value,
      spread,
      first,
      last,
    })),
    selections: [...new Set(matches.map(({ rule }) => rule.selection.id))],
    suppressedBy: [...new Set(suppressing.map(({ id }) => id))].toSorted(),
  };
}

/** From where on the rule is told at the time. */
function toldFrom(rule: Rule, time: number, usual: Usual | undefined): number {
  const habit = habitRuleOf(rule);
  return Math.floor(habit && usual ? Math.max(habit.floor, usual.least(habit, time)) : rule.condition.atLeast);
}

function patientsOf(rows: readonly AccessRow[]): number {
  return new Set(rows.map((row) => row.patient_id).filter((id) => id !== '')).size;
}

function timeOf(row: AccessRow): number {
  return Date.parse(row.time);
}
