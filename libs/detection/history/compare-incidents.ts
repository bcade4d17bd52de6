import type { IncidentChange } from '#libs/contracts/incident.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import { firedAt } from './history-judge.js';

/** What a backtest says of an incident. */
export type BacktestIncident = Pick<
  IncidentChange,
  | 'incident_id'
  | 'group_id'
  | 'subject_kind'
  | 'actor_id'
  | 'state'
  | 'level'
  | 'first_time'
  | 'last_time'
  | 'detected_at'
  | 'patients'
  | 'patients_at_firing'
  | 'patients_at_detection'
  | 'clinics'
  | 'categories'
  | 'rules'
  | 'rule_matches'
  | 'step'
  | 'found'
  | 'late_seconds'
  | 'detection_delay_seconds'
>;

/**
 * Incidents of one account, or of another subject, whose times overlap, from first to last: mostly one of each side, more where one rule set sees as one what the
 * other sees as several. `new`: only the tried rules fire. `gone`: only the present ones do.
 */
export interface ComparedIncident {
  readonly kind: 'new' | 'gone' | 'same';
  readonly group_id: string;
  readonly subject_kind: SubjectKind;
  readonly actor_id: string;
  /** In order of time. */
  readonly tried: readonly BacktestIncident[];
  readonly present: readonly BacktestIncident[];
  /** By how much the tried rules fire earlier (above zero) or later, in event time; zero unless `same`. */
  readonly earlier_seconds: number;
  /** Patients of the tried rules' largest incident less those of the present rules' largest, in the end; zero unless `same`. */
  readonly more_patients: number;
  /** The same when the first rule fired. */
  readonly more_patients_at_firing: number;
}

export interface Comparison {
  /** In order of first firing. */
  readonly incidents: readonly ComparedIncident[];
  readonly new: number;
  readonly gone: number;
  readonly same: number;
  /** Of `same`: those that fire earlier or later. */
  readonly earlier: number;
  readonly later: number;
}

interface Sided {
  readonly incident: BacktestIncident;
  readonly tried: boolean;
  readonly from: number;
  readonly to: number;
}

export function compareIncidents(tried: readonly BacktestIncident[], present: readonly BacktestIncident[]): Comparison {
  const sided = [...tried.map((incident) => sidedOf(incident, true)), ...present.map((incident) => sidedOf(incident, false))];
  const accounts = Map.groupBy(sided, ({ incident }) => accountOf(incident));
  const incidents = [...accounts.values()]
    .flatMap(overlapping)
    .map(comparedOf)
    .toSorted((a, b) => firstFired(a) - firstFired(b) || (accountOf(a) < accountOf(b) ? -1 : 1));
  const count = (holds: (one: ComparedIncident) => boolean): number => incidents.filter(holds).length;
  return {
    incidents,
    new: count(({ kind }) => kind === 'new'),
    gone: count(({ kind }) => kind === 'gone'),
    same: count(({ kind }) => kind === 'same'),
    earlier: count(({ earlier_seconds }) => earlier_seconds > 0),
    later: count(({ earlier_seconds }) => earlier_seconds < 0),
  };
}

/** Event time at which the first of its incidents fired, milliseconds. */
export function firstFired({ tried, present }: Pick<ComparedIncident, 'tried' | 'present'>): number {
  return Math.min(...[...tried, ...present].map(firedAt));
}

function accountOf({
  group_id,
  subject_kind,
  actor_id,
}: Pick<BacktestIncident, 'group_id' | 'subject_kind' | 'actor_id'>): string {
  return JSON.stringify([group_id, subject_kind, actor_id]);
}

function sidedOf(incident: BacktestIncident, tried: boolean): Sided {
  return { incident, tried, from: Date.parse(incident.first_time), to: Date.parse(incident.last_time) };
}

/** Incidents of one account, cut where nothing of either side goes on. */
function overlapping(sided: readonly Sided[]): readonly (readonly Sided[])[] {
  const groups: Sided[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const one of sided.toSorted((a, b) => a.from - b.from)) {
    const last = groups.at(-1);
    if (last && one.from <= until) last.push(one);
    else groups.push([one]);
    until = Math.max(until, one.to);
  }
  return groups;
}

function comparedOf(sided: readonly Sided[]): ComparedIncident {
  const tried = sided.filter((one) => one.tried).map(({ incident }) => incident);
  const present = sided.filter((one) => !one.tried).map(({ incident }) => incident);
  const kind = present.length === 0 ? 'new' : tried.length === 0 ? 'gone' : 'same';
  const { group_id = '', subject_kind = 'account', actor_id = '' } = sided[0]?.incident ?? {};
  const base = { kind, group_id, subject_kind, actor_id, tried, present } as const;
  if (kind !== 'same') return { ...base, earlier_seconds: 0, more_patients: 0, more_patients_at_firing: 0 };
  return {
    ...base,
    earlier_seconds: (Math.min(...present.map(firedAt)) - Math.min(...tried.map(firedAt))) / 1000,
    more_patients: largest(tried) - largest(present),
    more_patients_at_firing: (earliest(tried)?.patients_at_firing ?? 0) - (earliest(present)?.patients_at_firing ?? 0),
  };
}

function largest(incidents: readonly BacktestIncident[]): number {
  return Math.max(...incidents.map(({ patients }) => patients));
}

function earliest(incidents: readonly BacktestIncident[]): BacktestIncident | undefined {
  return incidents.toSorted((a, b) => firedAt(a) - firedAt(b))[0];
}
