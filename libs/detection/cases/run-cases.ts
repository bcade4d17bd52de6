import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { judgeHistory } from '../history/judge-history.js';
import { isMeeting } from '../rule/rule-kinds.js';
import { isMonotone, type Rule } from '../rule/rule.js';
import type { RuleMistake } from '../rules/text/mistakes.js';
import { inventedPseudonym, rowsOfCase } from './case-rows.js';
import type { ListValue, ValueLists } from '../rules/read/list-values.js';
import { loadRules, type RuleFile } from '../rules/load/load-rules.js';
import type { RuleCase } from '../rules/read/read-cases.js';

export interface CaseResult {
  readonly rule: Rule;
  readonly case: RuleCase;
  /** `file:line: what was expected, what happened`; undefined when the case holds. */
  readonly failure: string | undefined;
}

export interface CaseReport {
  readonly rules: readonly Rule[];
  readonly results: readonly CaseResult[];
  /** Not empty: no case was run. */
  readonly mistakes: readonly RuleMistake[];
}

const dayMs = 86_400_000;

/** Judges the cases of all rules, each by its own rule alone, with the engine that judges live. `unread` says of files why they could not be read. Never throws on what the files hold. */
export function runCases(
  files: readonly RuleFile[],
  lists: ValueLists = new Map(),
  unread: readonly RuleMistake[] = [],
): CaseReport {
  const loaded = loadRules(files, lists, unread);
  if (loaded.mistakes.length > 0) return { rules: [], results: [], mistakes: loaded.mistakes };
  const results: CaseResult[] = [];
  for (const rule of loaded.rules)
    for (const one of loaded.cases.get(rule.id) ?? []) {
      const own = one.lists.size === 0 ? loaded : loadRules(files, listsOfCase(lists, one));
      if (own.mistakes.length > 0) return { rules: [], results: [], mistakes: own.mistakes };
      const judged = own.rules.find(({ id }) => id === rule.id) ?? rule;
      const wrong = judgeCase({ ...byFloor(judged), raises: true }, one);
      results.push({ rule, case: one, failure: wrong && `${rule.file}:${one.line}: ${wrong}` });
    }
  return { rules: loaded.rules, results, mistakes: [] };
}

/** What is usual for an account is not in a case, so a rule that asks for habit is judged as if nothing more than its floor were. */
function byFloor({ habit: _habit, habitDays: _habitDays, ...rule }: Rule): Rule {
  return rule;
}

/** A case names patients by texts, and a list of patients holds pseudonyms, so where patients are asked its values are taken as both. */
function listsOfCase(lists: ValueLists, one: RuleCase): ValueLists {
  const own = [...one.lists].map(([name, texts]) => [name, texts.flatMap(valuesOf)] as const);
  return new Map([...lists, ...own]);
}

function valuesOf(text: string): readonly ListValue[] {
  return [{ text }, { text: inventedPseudonym(text), field: 'patient_id' }];
}

function judgeCase(rule: Rule, one: RuleCase): string | undefined {
  const rows = rowsOfCase(one);
  const incidents = incidentsOf(rule, rows);
  const [first] = incidents;
  if (!one.fires) return first && `expected no incident, ${firingOf(rule, first)}`;
  if (!first) return `expected an incident, there is none: ${missingTo(rule, rows)}`;
  if (one.patients === undefined || incidents.some(({ patients }) => patients === one.patients)) return undefined;
  return `expected an incident of ${one.patients} patients, it has ${incidents.map(({ patients }) => patients).join(' and ')}: ${firingOf(rule, first)}`;
}

function incidentsOf(rule: Rule, rows: readonly AccessRow[]): readonly IncidentChange[] {
  const detectedAt = Date.parse(rows.at(-1)?.time ?? '1970-01-01T00:00:00Z');
  return judgeHistory(rows, [rule], { quietMs: dayMs, detectedAt }).filter(
    ({ state, rules }) => state !== 'withdrawn' && state !== 'suppressed' && rules.includes(rule.id),
  );
}

function firingOf(rule: Rule, { rule_matches, first_time, last_time }: IncidentChange): string {
  const match = rule_matches.find(({ rule_id }) => rule_id === rule.id);
  const spread = rule.spread ? ` and ${match?.spread} different ${rule.spread.field}` : '';
  return `it fired first at ${match?.first_fired} with a count of ${match?.value}${spread}, in an incident from ${first_time} to ${last_time}`;
}

/** What the rule saw of a case that did not fire, found by asking for less. */
function missingTo(rule: Rule, rows: readonly AccessRow[]): string {
  const selected = rows.filter((row) => rule.selection.matches(row)).length;
  const seen = `the rule selects ${selected} of ${rows.length} rows`;
  const counts = !isMeeting(rule.type);
  if (selected === 0 || !counts || !isMonotone(rule)) return seen;
  const { spread, ...alone } = rule;
  const fires = (candidate: Rule): boolean => incidentsOf(candidate, rows).length > 0;
  const count = largest(rule.condition.atLeast, (atLeast) => fires({ ...alone, condition: { ...rule.condition, atLeast } }));
  if (count < rule.condition.atLeast || !spread)
    return `${seen}, and its largest count is ${count}, where ${rule.condition.atLeast} is needed`;
  const spreads = largest(spread.atLeast, (atLeast) => fires({ ...rule, spread: { ...spread, atLeast } }));
  return `${seen}, its count is reached, but in ${spreads} different ${spread.field} only, where ${spread.atLeast} are needed`;
}

/** The largest number up to `max` for which it holds, 0 where it holds for none; what holds for one holds for all below. */
function largest(max: number, holds: (value: number) => boolean): number {
  let [low, high] = [0, max];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
