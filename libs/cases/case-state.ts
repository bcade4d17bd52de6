import type { Verdict } from '#libs/contracts/case-action.js';
import type { CaseRow, CaseStatus } from '#libs/contracts/case-row.js';
import { type IncidentChange, levels } from '#libs/contracts/incident.js';
import type { CasePolicy, Level } from './policy.js';
import type { CaseEntry } from './timeline.js';

/** An incident inside a case: its newest change, and who brought it in (`system` for the scorer). */
export interface Member {
  readonly change: IncidentChange;
  readonly linkedAt: number;
  readonly linkedBy: string;
}

/** A note with what it said before, oldest first. */
export interface Note {
  readonly noteId: string;
  readonly by: string;
  readonly at: string;
  readonly texts: readonly { readonly at: string; readonly text: string }[];
}

/** How many patients some incidents had together, and how many each of them by itself then. */
export interface CountedTogether {
  readonly patients: number;
  readonly each: ReadonlyMap<string, number>;
}

/** What a case that was linked to another brings along, and takes away again. */
export interface Guest {
  readonly owner: string;
  readonly openedAt: number;
  readonly reopened: number;
}

/** How far something had come when somebody took or closed the case. */
export interface Reached {
  readonly patients: number;
  /** What the scorer had found, whatever a person set. */
  readonly level: Level;
}

/** A case while it is folded. Times are milliseconds of wall clocks. */
export interface CaseState {
  readonly caseId: string;
  members: Map<string, Member>;
  /** By the ids of incidents, how many patients they were found to have together. */
  counts: Map<string, CountedTogether>;
  /** By `case_id`, those that people have linked to it. */
  guests: Map<string, Guest>;
  status: CaseStatus;
  verdict: Verdict | '';
  owner: string;
  /** What a person set, for as long as the scorer finds no more than it had found then. */
  setLevel: { readonly level: Level; readonly found: Level } | undefined;
  openedAt: number;
  acknowledgeBy: number | undefined;
  acknowledged: { readonly at: number; readonly by: string } | undefined;
  resolved: { readonly at: number; readonly by: string; readonly bySystem: boolean } | undefined;
  /** Figures at which somebody took or closed it: all together, and of each incident, since what is little beside all of them may be much for one account. */
  base: Reached & { readonly each: ReadonlyMap<string, Reached> };
  holdUntil: number | undefined;
  /** When somebody last did something. */
  activeAt: number;
  reopened: number;
  version: number;
  /** The latest wall time of what was applied: it never goes back. */
  clock: number;
  /** The clock at its version. */
  changedAt: number;
  /** The version at which somebody last set a thing that only one can have. */
  setAt: { readonly owner: number; readonly verdict: number; readonly level: number };
  notes: Map<string, Note>;
  /** Its lines, oldest first. */
  entries: CaseEntry[];
}

export function newCase(caseId: string, at: number): CaseState {
  return {
    caseId,
    members: new Map(),
    counts: new Map(),
    guests: new Map(),
    status: 'new',
    verdict: '',
    owner: '',
    setLevel: undefined,
    openedAt: at,
    acknowledgeBy: undefined,
    acknowledged: undefined,
    resolved: undefined,
    base: { patients: 0, level: 'informational', each: new Map() },
    holdUntil: undefined,
    activeAt: at,
    reopened: 0,
    version: 0,
    clock: at,
    changedAt: at,
    setAt: { owner: 0, verdict: 0, level: 0 },
    notes: new Map(),
    entries: [],
  };
}

/** The incidents that stand; where none does, what it was about before it was taken back. */
export function standing(one: CaseState): readonly IncidentChange[] {
  const all = [...one.members.values()].map(({ change }) => change);
  const live = all.filter(({ state }) => state === 'open' || state === 'closed');
  return live.length > 0 ? live : all;
}

export function patientsOf(one: CaseState): number {
  return figureOf(one).patients;
}

/**
 * Distinct patients. Incidents may share some, which only the accesses tell: what they had together when that was last counted, and what each has
 * gained since, is the most that they can be; without such a count their sum is.
 */
function figureOf(one: CaseState): { readonly patients: number; readonly isSettled: boolean } {
  const now = standing(one);
  const sum = now.reduce((all, { patients }) => all + patients, 0);
  if (now.length < 2) return { patients: sum, isSettled: true };
  const last = one.counts.get(countKey(now.map(({ incident_id }) => incident_id)));
  if (!last) return { patients: sum, isSettled: false };
  const gains = now.map(({ incident_id, patients }) => patients - (last.each.get(incident_id) ?? 0));
  const gained = gains.reduce((all, gain) => all + Math.max(0, gain), 0);
  return { patients: Math.min(sum, last.patients + gained), isSettled: gains.every((gain) => gain === 0) };
}

/** The same for the same incidents in any order. */
export function countKey(incidentIds: readonly string[]): string {
  return incidentIds.toSorted().join(' ');
}

/** The highest level that the scorer has found. */
export function foundLevel(one: CaseState): Level {
  return standing(one).reduce<Level>((highest, { level }) => (rank(level) > rank(highest) ? level : highest), 'informational');
}

export function levelOf(one: CaseState): Level {
  const found = foundLevel(one);
  return one.setLevel && rank(found) <= rank(one.setLevel.found) ? one.setLevel.level : found;
}

/** Its own; where it has none, that of a case that was linked to it. */
export function ownerOf({ owner, guests }: CaseState): string {
  return owner || ([...guests.values()].find((guest) => guest.owner !== '')?.owner ?? '');
}

export function openedAtOf({ openedAt, guests }: CaseState): number {
  return Math.min(openedAt, ...[...guests.values()].map((guest) => guest.openedAt));
}

export function reopenedOf({ reopened, guests }: CaseState): number {
  return Math.max(reopened, ...[...guests.values()].map((guest) => guest.reopened));
}

export function rank(level: Level): number {
  return levels.indexOf(level);
}

/** The case as its readers see it. */
export function rowOf(one: CaseState, policy: CasePolicy): CaseRow {
  const now = standing(one);
  const first = one.members.get(one.caseId)?.change ?? now[0];
  const clinics = distinct(now.flatMap((change) => change.clinics)).toSorted();
  const rules = distinct(now.flatMap((change) => change.rules));
  const figure = figureOf(one);
  const titles = new Map(now.flatMap(({ rule_matches }) => rule_matches.map(({ rule_id, title }) => [rule_id, title] as const)));
  return {
    case_id: one.caseId,
    group_id: first?.group_id ?? '',
    subject_kind: first?.subject_kind ?? 'account',
    actor_id: first?.actor_id ?? '',
    // Of incidents that stand: clinics are those of such ones, and by clinics it is decided who sees what.
    account_count: accountsOf(now),
    title: titleOf(now),
    status: one.status,
    verdict: one.verdict,
    owner: ownerOf(one),
    level: levelOf(one),
    controllers: controllersOf(now, policy),
    incident_ids: now.map(({ incident_id }) => incident_id),
    rules,
    rule_titles: rules.map((rule) => titles.get(rule) || rule),
    clinics,
    patients: figure.patients,
    patients_settled: figure.isSettled,
    step: Math.max(0, ...now.map(({ step }) => step)),
    first_time: least(now.map(({ first_time }) => first_time)),
    last_time: least(now.map(({ last_time }) => last_time).toReversed(), -1),
    opened_at: iso(openedAtOf(one)),
    acknowledge_by: isoOrNull(one.acknowledgeBy),
    acknowledged_at: isoOrNull(one.acknowledged?.at),
    acknowledged_by: one.acknowledged?.by ?? '',
    resolved_at: isoOrNull(one.resolved?.at),
    resolved_by: one.resolved?.by ?? '',
    on_hold_until: isoOrNull(one.holdUntil),
    reopened: reopenedOf(one),
    version: one.version,
    changed_at: iso(one.changedAt),
  };
}

/** Accounts, each once. An incident of very many names the first of them alone: then they are at least as many as it says. */
function accountsOf(changes: readonly IncidentChange[]): number {
  const named = new Set(
    changes.flatMap(({ subject_kind, actor_id, accounts }) => (subject_kind === 'account' ? [actor_id] : accounts)),
  );
  return Math.max(1, named.size, ...changes.map(({ account_count }) => account_count));
}

function controllersOf(changes: readonly IncidentChange[], { controllers }: CasePolicy): string[] {
  return distinct(
    changes.flatMap(({ group_id, clinics }) => clinics.map((clinic) => controllers.of(group_id, clinic))),
  ).toSorted();
}

/** The title of the highest rule. Never the account: who may not read that may still be told of the case. */
function titleOf(changes: readonly IncidentChange[]): string {
  const matches = changes.flatMap(({ rule_matches }) => rule_matches);
  const highest = matches.toSorted((one, other) => rank(other.level) - rank(one.level))[0];
  return highest?.title || (changes[0]?.rules[0] ?? '');
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function least(times: readonly string[], sign = 1): string {
  return times.toSorted((one, other) => (one < other ? -sign : one > other ? sign : 0))[0] ?? iso(0);
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms);
}
