import { join } from 'node:path';
import { MemoryHistory } from '#libs/access-store/memory/memory-history.js';
import { MemoryStore } from '#libs/access-store/memory/memory-store.js';
import type { SharedIncident } from '#libs/access-store/incidents/shared-incidents.js';
import type { StoredCondition } from '#libs/access-store/selections/selection-expressions.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { type IncidentChange, incidentChange } from '#libs/contracts/incident.js';
import { laneTopics, topics } from '#libs/contracts/topics.js';
import type { LaneKind } from '#libs/contracts/vocabulary.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import type { EventLog, Frame, Membership, TopicPartition } from '#libs/event-log/port.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { FormerSubjects } from './judge/former-subjects.js';
import type { ToldBefore } from './judge/told-before.js';
import { Filler } from './late/filler.js';
import { ScorerPipeline } from './pipeline.js';
import { Reinstater } from './late/reinstater.js';
import { Rejudger } from './late/rejudger.js';
import { readSnapshot, type SnapshotHeader } from './snapshots/snapshot-file.js';

export const at: TopicPartition = { topic: topics.accesses, partition: 0 };

/** The scorer's side of a log: keeps what is appended and committed, and can be away. */
export class FakeLog implements EventLog {
  readonly appended: { readonly at: TopicPartition; readonly text: string }[] = [];
  /** The last commit of any partition, and that of each. */
  committed = -1;
  readonly committedOf = new Map<number, number>();
  away = false;

  constructor(readonly counts = 2) {}

  async partitions(): Promise<number> {
    return this.counts;
  }
  async append(to: TopicPartition, bytes: Buffer): Promise<number> {
    if (this.away) throw new Transient('the log is away');
    return this.appended.push({ at: to, text: bytes.toString() });
  }
  async join(): Promise<Membership> {
    const commit = async ({ partition }: TopicPartition, nextOffset: number) => {
      this.committed = nextOffset;
      this.committedOf.set(partition, nextOffset);
      return true;
    };
    return { commit, positions: async () => [], leave: async () => {}, ended: new Promise<void>(() => {}) };
  }
  async close(): Promise<void> {}

  /** What was appended to a partition. */
  framesOf({ topic, partition }: TopicPartition): readonly Frame[] {
    return this.appended
      .filter((one) => one.at.topic === topic && one.at.partition === partition)
      .map(({ text }, offset) => ({ offset, bytes: Buffer.from(text) }));
  }
  rows(topic: string): readonly unknown[] {
    const lines = this.appended.filter((one) => one.at.topic === topic).flatMap(({ text }) => text.split('\n'));
    return lines.filter(Boolean).map((line) => JSON.parse(line) as unknown);
  }
  changes(): readonly IncidentChange[] {
    return this.rows(topics.incidents).map((row) => incidentChange.parse(row));
  }
}

export function bytesOf(rows: readonly AccessRow[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** What the store has of the log: an archiver that stores when it is told to. */
export class Archive {
  readonly store = new MemoryStore();
  readonly history = new MemoryHistory(this.store);

  /** What it has of incidents that were told. */
  sharedIncidents(log: FakeLog): readonly SharedIncident[] {
    if (this.history.away) throw new Transient('the store is away');
    const last = new Map<string, IncidentChange>();
    for (const change of log.changes())
      if ((last.get(change.incident_id)?.version ?? -1) <= change.version) last.set(change.incident_id, change);
    return [...last.values()].flatMap(({ subject_kind, ...one }) =>
      subject_kind === 'account' || subject_kind === 'id_block' || one.state === 'merged' || one.state === 'withdrawn'
        ? []
        : [{ ...one, subject_kind }],
    );
  }

  /** What it keeps of selections. */
  conditionsOf(ids: readonly string[]): readonly StoredCondition[] {
    if (this.history.away) throw new Transient('the store is away');
    return ids.flatMap((selection_id) => {
      const condition = this.store.conditions.get(selection_id);
      return condition === undefined ? [] : [{ selection_id, condition }];
    });
  }

  async take(frame: Frame, from = at): Promise<void> {
    const token = `frame ${from.partition}/${frame.offset}`;
    await this.store.insert('accesses', frame.bytes, 1, token);
    await this.store.recordBatch({ ...from, first: frame.offset, last: frame.offset, rows: 1, refused: 0, token });
  }
}

export interface ScorerGiven {
  readonly log: FakeLog;
  readonly stateDir: string;
  readonly rules: readonly Rule[];
  readonly archive?: Archive;
  readonly held?: { readonly start: number; readonly end: number };
  readonly snapshotEveryMs?: number;
  readonly clock?: FakeClock;
  readonly partitions?: number;
  /** What the log has of incidents, for what is judged again. */
  readonly told?: () => Promise<ToldBefore>;
  /** Kinds of subject whose topics are its own too. */
  readonly lanes?: readonly LaneKind[];
  /** Accounts, and bytes of their rows, that are judged again together. */
  readonly groupMax?: { readonly accounts: number; readonly bytes: number };
  /** How long windows are filled before what was held back is told. */
  readonly heldMsMax?: number;
}

/** A scorer that was just started and has its partition, and more of them where it is asked for. */
export async function aScorer(given: ScorerGiven) {
  const { log, stateDir, rules, archive = new Archive(), held = { start: 0, end: 0 }, snapshotEveryMs = 0 } = given;
  const engine = { rules, quietMs: 86_400_000, allowedLatenessMs: 900_000 };
  const clock = given.clock ?? new FakeClock();
  const { told } = given;
  const formerSubjects = new FormerSubjects({
    incidents: async () => archive.sharedIncidents(log),
    conditions: async (ids) => archive.conditionsOf(ids),
    quietMs: engine.quietMs,
    clock,
    logger: silentLog,
  });
  const tools = { log, clock, logger: silentLog, metrics: new Metrics('scorer'), formerSubjects, ...(told && { told }) };
  const pipeline = new ScorerPipeline({ engine, stateDir, snapshotEveryMs }, tools);
  await pipeline.start();
  const from: number[] = [];
  for (let partition = 0; partition < (given.partitions ?? 1); partition += 1) {
    const next = await pipeline.assigned({ ...at, partition }, held);
    from.push(next === 'earliest' ? held.start : next);
  }
  const lanePlaces = (given.lanes ?? []).flatMap((kind) =>
    Array.from({ length: log.counts }, (_, partition) => ({ topic: laneTopics[kind], partition })),
  );
  const fromOfLanes = new Map<string, number>();
  for (const place of lanePlaces) {
    const next = await pipeline.assigned(place, { start: 0, end: log.framesOf(place).length });
    fromOfLanes.set(`${place.topic}/${place.partition}`, next === 'earliest' ? 0 : next);
  }
  const beside = { ...tools, history: archive.history };
  return {
    ...tools,
    pipeline,
    from: from[0] ?? 0,
    /** The same of each partition. */
    fromOf: from,
    lanePlaces,
    fromOfLanes,
    rejudger: new Rejudger(() => pipeline.partitions(), {
      ...beside,
      keepBeforeTelling: (owned) => pipeline.keepBeforeTelling(owned),
      ...(given.groupMax && { groupMax: given.groupMax }),
    }),
    filler: new Filler(pipeline, { ...beside, ...(given.heldMsMax !== undefined && { heldMsMax: given.heldMsMax }) }),
    reinstater: new Reinstater(() => pipeline.partitions(), {
      ...beside,
      keepBeforeTelling: (owned) => pipeline.keepBeforeTelling(owned),
      conditions: async (ids) => archive.conditionsOf(ids),
      owns: (owned, one) => pipeline.holds(owned, one.change),
    }),
  };
}

/** What the snapshot of a partition says before its windows. */
export async function headerIn(stateDir: string, partition = at.partition): Promise<SnapshotHeader | undefined> {
  const snapshot = await readSnapshot(join(stateDir, `${at.topic}-${partition}.snapshot`));
  let chunks = 0;
  // The file is open until it was read.
  for await (const chunk of snapshot?.chunks ?? []) chunks += chunk.length > 0 ? 1 : 0;
  return chunks > 0 ? snapshot?.header : undefined;
}

/** The value of a gauge, summed over its labels. */
export async function gauge(metrics: Metrics, name: string): Promise<number> {
  const found = await metrics.registry.getSingleMetric(name)?.get();
  return (found?.values ?? []).reduce((sum, { value }) => sum + value, 0);
}

/** The incidents as they stand at the end, without what depends on the wall clock and on when an access came. */
export function contents(changes: readonly IncidentChange[]): readonly object[] {
  const newest = new Map<string, IncidentChange>();
  for (const change of changes.toSorted((a, b) => a.version - b.version)) newest.set(change.incident_id, change);
  return [...newest.values()]
    .filter(({ state }) => state !== 'merged' && state !== 'withdrawn' && state !== 'suppressed')
    .map(({ actor_id, first_time, last_time, patients, patients_at_firing, clinics, rules, step, level }) => ({
      actor_id,
      first_time,
      last_time,
      patients,
      patients_at_firing,
      clinics: clinics.toSorted(),
      rules,
      step,
      level,
    }))
    .toSorted((a, b) => `${a.actor_id} ${a.first_time}`.localeCompare(`${b.actor_id} ${b.first_time}`));
}
