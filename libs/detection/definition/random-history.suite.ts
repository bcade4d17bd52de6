import * as fc from 'fast-check';
import type { AccountDay } from '#libs/habits/seams.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { asJudged, type NaiveIncident, subjectOf } from './naive-recount.js';
import { type History, PartitionRun } from './partition-run.suite.js';
import { base, hour, minute } from './random-conditions.suite.js';
import { shown } from './shown-history.suite.js';
import { anyRules } from './random-rules.suite.js';

export interface Played {
  /** Incidents as last told, without those that were joined to another or withdrawn. */
  readonly current: readonly NaiveIncident[];
  readonly suppressed: readonly NaiveIncident[];
  /** Everything told, what a replay told again left out. */
  readonly changes: readonly IncidentChange[];
  /** Everything said, figures that are only for the store too, as often as it was. */
  readonly said: readonly IncidentChange[];
  /** Days as last given. */
  readonly days: readonly AccountDay[];
  readonly rejudged: number;
  /** Partitions whose windows were filled. */
  readonly filled: number;
}

/** Plays the rows in their order of arrival, each partition by an engine of its own, with a store that answers for the past. */
export function play(of: History): Played {
  const told: IncidentChange[] = [];
  const days: AccountDay[] = [];
  let rejudged = 0;
  let filled = 0;
  for (let partition = 0; partition < of.partitions; partition += 1) {
    const rows = of.rows.filter((row) => partitionOf(row, of) % of.partitions === partition);
    const partitionRun = new PartitionRun(of, rows, told, days);
    partitionRun.play();
    rejudged += partitionRun.rejudged;
    filled += partitionRun.filled;
  }
  const last = new Map<string, IncidentChange>();
  for (const change of told)
    if ((last.get(change.incident_id)?.version ?? -1) <= change.version) last.set(change.incident_id, change);
  const ended = [...last.values()].filter(({ state }) => state !== 'merged' && state !== 'withdrawn');
  return {
    current: ended
      .filter(({ state }) => state !== 'suppressed')
      .map(naiveOf)
      .toSorted(byTime),
    suppressed: ended
      .filter(({ state }) => state === 'suppressed')
      .map(naiveOf)
      .toSorted(byTime),
    changes: [
      ...new Map(
        told
          .filter(({ change_type }) => change_type !== 'incident.updated')
          .map((one) => [`${one.change_id} ${one.version}`, one]),
      ).values(),
    ],
    said: told,
    days: [...new Map(days.map((one) => [`${one.groupId} ${one.key} ${one.day}`, one])).values()],
    rejudged,
    filled,
  };
}

function accessText({ group_id, actor_id, time, patient_id, clinic_id, categories }: AccessRow): string {
  return JSON.stringify([group_id, actor_id, time, patient_id, clinic_id, categories]);
}

/** Which accesses came later than allowed behind the newest of their partition, and never in time. */
export function latenessIn(of: History): (row: AccessRow) => boolean {
  const late = new Set<string>();
  const inTime = new Set<string>();
  const newest = new Map<number, number>();
  for (const row of of.rows.map(asJudged)) {
    const partition = partitionOf(row, of) % of.partitions;
    const time = Date.parse(row.time);
    const watermark = newest.get(partition) ?? 0;
    const isLate = Math.min(watermark, Date.parse(row.received_at)) - time > of.allowedLatenessMs;
    (isLate ? late : inTime).add(accessText(row));
    newest.set(partition, Math.max(watermark, time));
  }
  return (row) => late.has(accessText(row)) && !inTime.has(accessText(row));
}

/**
 * The same without how incidents of accounts were found of which an access came again, and without any where rules changed: whether an access
 * came in time is known only while it is held, and only of those that a rule selected when they came.
 */
export function withKnownFound(of: History, incidents: readonly NaiveIncident[]): readonly NaiveIncident[] {
  const seen = new Set<string>();
  const isAgain = ({ event_id, patient_id }: AccessRow): boolean => seen.size === seen.add(`${event_id} ${patient_id}`).size;
  const again = new Set(of.rows.filter(isAgain).map((row) => subjectOf(row, of.subject ?? 'account')));
  const known = incidents.map((one): NaiveIncident =>
    of.changed || of.dated || again.has(one.actor) ? { ...one, found: 'live' } : one,
  );
  return known.toSorted(byTime);
}

function partitionOf(row: AccessRow, { subject = 'account' }: History): number {
  return subjectOf(row, subject).charCodeAt(subject === 'account' ? 0 : subjectOf(row, subject).length - 1) || 0;
}

function naiveOf(change: IncidentChange): NaiveIncident {
  return {
    group: change.group_id,
    subject: change.subject_kind,
    actor: change.actor_id,
    accounts: change.accounts,
    firstTime: Date.parse(change.first_time),
    lastTime: Date.parse(change.last_time),
    patients: change.patients,
    patientsAtFiring: change.patients_at_firing,
    clinics: change.clinics,
    categories: change.categories,
    level: change.level,
    step: change.step,
    matches: change.rule_matches.map(({ rule_id, threshold, value, spread, first_fired, last_fired }) => ({
      rule_id,
      threshold,
      value,
      spread,
      first: Date.parse(first_fired),
      last: Date.parse(last_fired),
    })),
    selections: change.selections,
    suppressedBy: change.suppressed_by,
    found: change.found,
  };
}

export function byTime(a: NaiveIncident, b: NaiveIncident): number {
  const [one, other] = [`${a.group} ${a.actor}`, `${b.group} ${b.actor}`];
  return one < other ? -1 : one > other ? 1 : a.firstTime - b.firstTime || a.lastTime - b.lastTime;
}

export const anyRow = fc.record({
  at: fc.oneof(
    fc.integer({ min: 0, max: 30 }).map((m) => m * minute),
    fc.integer({ min: 0, max: 5 * 24 }).map((h) => h * hour),
    fc.integer({ min: 0, max: 30 * minute }),
  ),
  group: fc.constantFrom('aleo', 'aleo', 'aleo', 'aleo', 'aleo', 'zoé'),
  actor: fc.constantFrom('a', 'a', 'a', 'b', 'é"\\', ''),
  patient: fc.integer({ min: 0, max: 7 }),
  clinic: fc.constantFrom('1', '2', '2', '3', ''),
  action: fc.constantFrom('read' as const, 'read' as const, 'export' as const),
  outcome: fc.constantFrom('success' as const, 'success' as const, 'failure' as const, 'unknown' as const),
  session: fc.constantFrom(undefined, 's', 't', 'x'),
  application: fc.constantFrom(undefined, 'x', 's'),
  device: fc.constantFrom(undefined, 'station', 'é"'),
  ip: fc.constantFrom(undefined, '10.0.0.1', '2001:db8::aaaa:bbbb:1', '10.0.0.2'),
  emergency: fc.constantFrom(undefined, true, false),
  categories: fc.constantFrom(undefined, ['identity' as const], ['lab' as const, 'notes' as const]),
  event: fc.integer({ min: 0, max: 1e9 }),
  /** It is of the same event as the row before, with another patient. */
  joins: fc.constantFrom(false, false, false, true),
  records: fc.constantFrom(undefined, 0, 1, 3, 3, 50, 5_000_000_000),
  delay: fc.oneof(
    fc.constant(0),
    fc.constant(0),
    fc.integer({ min: 0, max: 10 * minute }),
    fc.integer({ min: 0, max: 48 * hour }),
  ),
  /** By how much the clock of the source runs ahead of the arrival. */
  ahead: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 12 * minute }) },
    { weight: 1, arbitrary: fc.constantFrom(5 * minute, 5 * minute + 1, 48 * hour, 170 * 365 * 24 * hour) },
  ),
  /** By how much both clocks are wrong, where some are. */
  lies: fc.constantFrom(0, 0, 0, 0, 35 * 24 * hour, 200 * 24 * hour),
  again: fc.option(fc.integer({ min: 0, max: 48 * hour }), { nil: undefined, freq: 5 }),
});
export type AnyRow = typeof anyRow extends fc.Arbitrary<infer T> ? T : never;

export const history: fc.Arbitrary<History> = fc
  .record({
    rows: fc.array(anyRow, { maxLength: 40, size: 'max' }),
    rules: anyRules,
    lies: fc.constantFrom(false, false, false, false, true),
    held: fc.option(
      fc.record({
        forgetAfterMs: fc.constantFrom(0, 24 * hour),
        keepClosedMs: fc.constantFrom(0, 24 * hour, 30 * 24 * hour),
        closedBytesMax: fc.constantFrom(0, 2 ** 28),
      }),
      { nil: undefined, freq: 2 },
    ),
    quietMs: fc.constantFrom(5 * minute, hour, 24 * hour),
    allowedLatenessMs: fc.constantFrom(0, 15 * minute, 60 * hour),
    partitions: fc.integer({ min: 1, max: 3 }),
    frames: fc.integer({ min: 1, max: 12 }),
    snapshots: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 3 }),
    kills: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 2 }),
    clock: fc.array(fc.constantFrom(0, hour, -hour, 400 * 24 * hour, -400 * 24 * hour), { maxLength: 12 }),
    dated: fc.boolean(),
    storeLag: fc.integer({ min: 0, max: 3 }),
    judgingFrames: fc.integer({ min: 0, max: 2 }),
    changed: fc.option(
      fc.record({
        first: fc.integer({ min: 0, max: 2 }),
        before: fc.integer({ min: 1, max: 9 }),
        filledFor: fc.integer({ min: 0, max: 3 }),
      }),
      { nil: undefined, freq: 2 },
    ),
  })
  .map(({ rows, lies, held, ...rest }) => ({
    ...rest,
    ...(held && { held }),
    rows: inArrival(rows.map((row) => (lies ? row : { ...row, lies: 0 }))),
  }))
  .map(shown);

/** Accesses in the order in which they arrive, some of them twice. */
export function inArrival(rows: readonly AnyRow[]): readonly AccessRow[] {
  return ofEvents(rows)
    .flatMap(({ row, event }) => {
      const access = accessOf(row, event);
      const arrivals = [{ access, at: row.at + row.delay }];
      if (row.again === undefined) return arrivals;
      const again = { ...access, received_at: new Date(base + row.lies + row.at + row.again).toISOString() };
      return [...arrivals, { access: again, at: row.at + row.again }];
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ access }) => access);
}

/** Some histories, always the same ones. */
export function randomHistories(count: number): readonly History[] {
  return fc.sample(history, { numRuns: count, seed: 7 });
}

/**
 * The rows, each with the number of its event. Those of one event have different patients and happened at one time; each may say another number of
 * records.
 */
function ofEvents(rows: readonly AnyRow[]): readonly { readonly row: AnyRow; readonly event: number }[] {
  const made: { row: AnyRow; event: number }[] = [];
  const patients = new Set<number>();
  for (const [index, row] of rows.entries()) {
    const before = made.at(-1);
    const joins = row.joins && before && !patients.has(row.patient) ? before : undefined;
    if (!joins) patients.clear();
    patients.add(row.patient);
    const { at, group, actor, delay, ahead, lies } = joins?.row ?? row;
    made.push({ row: { ...row, at, group, actor, delay, ahead, lies }, event: joins?.event ?? row.event * 1000 + index });
  }
  return made;
}

function accessOf(row: AnyRow, event: number): AccessRow {
  return {
    time: new Date(base + row.lies + row.at + (row.ahead === undefined ? 0 : row.delay + row.ahead)).toISOString(),
    group_id: row.group,
    actor_id: row.actor,
    patient_id: row.patient ? row.patient.toString(16).padStart(32, '0') : '',
    clinic_id: row.clinic,
    action: row.action,
    outcome: row.outcome,
    event_id: event.toString(16).padStart(32, '0'),
    source: 'test',
    received_at: new Date(base + row.lies + row.at + row.delay).toISOString(),
    ...(row.records === undefined ? {} : { record_count: row.records }),
    ...(row.categories ? { categories: [...row.categories] } : {}),
    ...(row.emergency === undefined ? {} : { emergency: row.emergency }),
    ...(row.ip ? { source_ip: row.ip } : {}),
    ...(row.device ? { device: row.device } : {}),
    ...(row.session ? { session_id: row.session, id_block: Buffer.from(row.session.padEnd(8, '0')).toString('hex') } : {}),
    ...(row.application ? { application: row.application } : {}),
  };
}
