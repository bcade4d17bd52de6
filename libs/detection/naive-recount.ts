import type { AccessRow } from '#libs/contracts/access-row.js';
import type { RuleMatch } from '#libs/contracts/incident.js';
import { levels } from '#libs/contracts/incident.js';
import { categories } from '#libs/contracts/vocabulary.js';
import type { Field, Rule } from './rule.js';

/** What an incident says, as a function of the set of accesses: what the engine is compared with. Times as milliseconds. */
export interface NaiveIncident {
  readonly group: string;
  readonly actor: string;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly patients: number;
  readonly clinics: readonly string[];
  readonly categories: readonly string[];
  readonly level: string;
  readonly step: number;
  readonly matches: readonly (Pick<RuleMatch, 'rule_id' | 'value' | 'spread'> & {
    readonly first: number;
    readonly last: number;
  })[];
  readonly selections: readonly string[];
}

interface Fired {
  readonly rule: Rule;
  readonly time: number;
  readonly value: number;
  readonly spread: number;
  readonly windowFirst: number;
}

/**
 * The definitions of `docs/decisions/engine.md` word by word, with nothing shared with the engine and no thought of speed: every anchor of
 * every rule is counted from nothing. For tests.
 */
export function naiveRecount(rows: readonly AccessRow[], rules: readonly Rule[], quietMs: number): readonly NaiveIncident[] {
  const distinct = [...new Map(rows.map((row) => [`${row.event_id} ${row.patient_id}`, row])).values()];
  const accounts = Map.groupBy(
    distinct.filter((row) => row.group_id && row.actor_id),
    (row) => JSON.stringify([row.group_id, row.actor_id]),
  );
  return [...accounts.values()].flatMap((of) => ofAccount(of, rules, quietMs));
}

function ofAccount(rows: readonly AccessRow[], rules: readonly Rule[], quietMs: number): readonly NaiveIncident[] {
  const fired = rules.flatMap((rule) => firings(rows, rule)).toSorted((a, b) => a.time - b.time);
  const clusters: Fired[][] = [];
  for (const one of fired) {
    const open = clusters.at(-1);
    if (open && one.time - (open.at(-1)?.time ?? 0) < quietMs) open.push(one);
    else clusters.push([one]);
  }
  return clusters.map((cluster) => incidentOf(rows, cluster));
}

function firings(rows: readonly AccessRow[], rule: Rule): readonly Fired[] {
  const [input] = rule.inputs;
  if (input?.kind !== 'rows') return [];
  const counted = rows.filter(
    (row) => input.selection.matches(row) && [...input.by, ...input.field].every((field) => textOf(row, field) !== ''),
  );
  const cells = Map.groupBy(counted, (row) => JSON.stringify(input.by.map((field) => textOf(row, field))));
  return [...cells.values()].flatMap((cell) =>
    [...new Set(cell.map(timeOf))].flatMap((time) => {
      const window = cell.filter((row) => timeOf(row) > time - rule.timespanMs && timeOf(row) <= time);
      const value = new Set(window.map((row) => JSON.stringify(input.field.map((field) => textOf(row, field))))).size;
      const { spread } = rule;
      const spreadOf = (field: Field) => new Set(window.map((row) => textOf(row, field)).filter((text) => text !== '')).size;
      const spreadCount = spreadOf(input.spread ?? 'clinic_id');
      if (value < rule.condition.atLeast || (spread && spreadCount < spread.atLeast)) return [];
      return [{ rule, time, value, spread: spread ? spreadCount : 0, windowFirst: Math.min(...window.map(timeOf)) }];
    }),
  );
}

function incidentOf(rows: readonly AccessRow[], cluster: readonly Fired[]): NaiveIncident {
  const firstFired = cluster[0]?.time ?? 0;
  const lastTime = cluster.at(-1)?.time ?? 0;
  const firstTime = Math.min(...cluster.filter(({ time }) => time === firstFired).map(({ windowFirst }) => windowFirst));
  const byRule = [...Map.groupBy(cluster, ({ rule }) => rule)].map(([rule, of]) => {
    const first = Math.min(...of.map(({ time }) => time));
    const [at] = of.filter(({ time }) => time === first).toSorted((a, b) => b.value - a.value || b.spread - a.spread);
    return {
      rule,
      rule_id: rule.id,
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
  const patients = new Set(selected.map((row) => row.patient_id).filter((id) => id !== '')).size;
  const seen = new Set(selected.flatMap((row) => row.categories ?? []));
  return {
    group: rows[0]?.group_id ?? '',
    actor: rows[0]?.actor_id ?? '',
    firstTime,
    lastTime,
    patients,
    clinics: [...new Set(selected.map((row) => row.clinic_id))].filter((clinic) => clinic !== '').toSorted(),
    categories: categories.filter((one) => seen.has(one)),
    level: levels[Math.max(...matches.map(({ rule }) => levels.indexOf(rule.level)))] ?? '',
    step: Math.max(0, ...matches.flatMap(({ rule }) => rule.steps.filter((step) => step <= patients))),
    matches: matches.map(({ rule_id, value, spread, first, last }) => ({ rule_id, value, spread, first, last })),
    selections: [...new Set(matches.map(({ rule }) => rule.selection.id))],
  };
}

function timeOf(row: AccessRow): number {
  return Date.parse(row.time);
}
function textOf(row: AccessRow, field: Field): string {
  const value = row[field];
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}
