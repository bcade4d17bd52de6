// Longer than the house likes: the road of a partition, from coming to leaving, is read in one piece.
import type { IncidentChange } from '#libs/contracts/incident.js';
import { groups, judgedTopics, laneTopics, partitionOf, topics } from '#libs/contracts/topics.js';
import type { LaneKind, SubjectKind } from '#libs/contracts/vocabulary.js';
import { Engine, type EngineOptions, type EngineStats } from '#libs/detection/engine.js';
import { habitRulesOf, type Rule } from '#libs/detection/rule/rule.js';
import type { Bounds, Frame, Join, Membership, Reader, TopicPartition } from '#libs/event-log/port.js';
import { messageOf, Transient } from '#libs/runtime/outcome.js';
import { Outbox } from './judge/outbox.js';
import { OwnedPartition } from './judge/owned-partition.js';
import { PartitionScorer, type PartitionScorerTools } from './judge/partition-scorer.js';
import type { Renaming } from './judge/renaming.js';
import { RelayedThrough } from './judge/relay-marks.js';
import { JudgedAgain } from './judge/judged-again.js';
import { type LaneCounts, laneCountsOf, laneOf, relayingFrom } from './judge/relaying.js';
import { lackingOf } from './late/lacking.js';
import { type Restored, SnapshotKeeper } from './snapshots/snapshot-keeper.js';
import type { PipelineOptions, PipelineTools } from './pipeline-tools.js';
import { windowsFrom } from './judge/window-needs.js';

export const scorerGroup = groups.scorer;

/** How long a start waits for what the store says of former lists, milliseconds: judging must begin without a store, too. */
const formerMsMax = 3000;

/** Bytes of frames that are judged before the next pause for heartbeats and timers. */
const batchBytesMax = 8 * 1024 * 1024;

/**
 * The scorer's road:
 *
 *   assigned   newest snapshot of the partition, or empty windows and the earliest frame; what is in neither is noted as lacking
 *   frames     judge -> append incident changes, quarantined rows and what belongs to other subjects than accounts -> now and then: snapshot, beside the stream -> commit its offset
 *   revoked    snapshot -> commit
 *
 * and beside it, from the store: accounts judged again (`rejudger.ts`), windows filled (`filler.ts`), other rules (`rules-reloader.ts`).
 *
 * The group's offset is that of the newest snapshot and never ahead of it, so whoever comes next reads again exactly what the snapshot
 * does not hold. Judging the same frames again gives the same changes with the same ids.
 */
export class ScorerPipeline implements Reader {
  readonly #owned = new Map<string, OwnedPartition>();
  readonly #snapshots: SnapshotKeeper;
  #engine: EngineOptions;
  #membership: Membership | undefined;
  readonly #again: JudgedAgain;
  #counts = { accesses: 1, incidents: 0, quarantine: 0 };
  #lanes: LaneCounts = { source_ip: 1, device: 1, session_id: 1, id_block: 1, clinic_id: 1 };

  constructor(
    private readonly options: PipelineOptions,
    private readonly tools: PipelineTools,
  ) {
    const { habits } = tools;
    this.#engine = { ...options.engine, ...(habits && { habits: habits.habits }) };
    const commit = async (at: TopicPartition, nextOffset: number) => this.#membership?.commit(at, nextOffset);
    this.#again = new JudgedAgain(tools, options.engine.quietMs);
    this.#snapshots = new SnapshotKeeper({ stateDir: options.stateDir, writer: options.writer ?? 1 }, { ...tools, commit });
  }

  /** Waits for the first join for as long as it takes, or until the signal aborts. What `join` gives hands frames to this reader. */
  async start(signal?: AbortSignal, join: Join = (options) => this.tools.log.join(options, this)): Promise<Membership> {
    const { log } = this.tools;
    this.#again.signal = signal;
    this.#counts = {
      accesses: await log.partitions(topics.accesses),
      incidents: await log.partitions(topics.incidents),
      quarantine: await log.partitions(topics.quarantine),
    };
    this.#lanes = await laneCountsOf(log);
    await this.tools.habits?.start(signal);
    await this.#firstLook();
    const options = { group: scorerGroup, topics: judgedTopics, batchBytesMax, ...(signal && { signal }) };
    this.#membership = await join(options);
    return this.#membership;
  }

  /** What is handed on to other subjects from the first frame on; a store that does not answer is not waited for. */
  async #firstLook(): Promise<void> {
    const deadline = new AbortController();
    const late = this.tools.clock.sleep(formerMsMax, deadline.signal).catch(() => {});
    const looked = this.tools.formerSubjects?.look(this.rules).catch((cause: unknown) => {
      this.tools.logger.error('what incidents of former lists count could not be read; judging begins without', { cause });
    });
    await Promise.race([looked, late]);
    deadline.abort();
  }

  /** Called by a timer: what incidents of other subjects count by selections of before is handed on to them. */
  async lookAtFormer(): Promise<void> {
    const seen = await this.tools.formerSubjects?.look(this.rules);
    for (const owned of seen ? this.#owned.values() : [])
      await owned.alone(() => seen && owned.scorer.relaying?.useFormer(seen.former, seen.at));
  }

  async assigned(at: TopicPartition, held: Bounds): Promise<number | 'earliest'> {
    const lane = laneOf(at);
    const options = this.#optionsOf(lane);
    const restored = await this.#snapshots.restore(at, options);
    const next = Math.max(restored?.header.offset ?? 0, held.start);
    const engine = restored?.engine ?? new Engine(options);
    const renaming = await this.#again.renamingOf(next, held, restored, options.rules);
    const tools = { ...this.#toolsOf(at, held, restored), ...(renaming && { renaming }) };
    const scorer = new PartitionScorer(at, engine, next, tools);
    const now = this.tools.clock.monotonic();
    const filling = lackingOf(restored, held, options, this.tools.clock.now());
    const snapshotOffset = restored?.header.offset ?? -1;
    const owned = new OwnedPartition(scorer, { snapshotOffset, judgedUntil: held.end, now, filling });
    while (owned.scorer.rules !== this.#engine.rules) await this.#switch(owned);
    this.#owned.set(nameOf(at), owned);
    if (owned.filling)
      this.tools.logger.warn('windows lack accesses of the past and are filled from the store', {
        partition: at.partition,
        ...(lane && { subject: lane }),
        offset: next,
      });
    return restored || held.start > 0 ? next : 'earliest';
  }

  #optionsOf(lane: LaneKind | undefined): EngineOptions {
    return lane ? { ...this.#engine, subject: lane } : this.#engine;
  }

  /** Accesses are handed on to other subjects; what comes of them there is judged as accesses are. */
  #toolsOf(at: TopicPartition, held: Bounds, restored: Restored | undefined): PartitionScorerTools {
    const { log, clock } = this.tools;
    const outbox = new Outbox(log, this.#counts, restored?.header.waiting);
    if (laneOf(at)) return { ...this.tools, outbox, relayed: new RelayedThrough(restored?.header.relayed) };
    const past = { windows: restored?.header.windows, watermark: restored?.engine.stats().watermark ?? clock.now() };
    const from = Math.max(restored?.header.offset ?? 0, held.start);
    const relaying = relayingFrom(from, past, this.#engine.rules, {
      partition: at.partition,
      counts: this.#lanes,
      outbox,
      former: this.tools.formerSubjects?.seen.former ?? [],
    });
    return { ...this.tools, outbox, relaying };
  }

  async frames(at: TopicPartition, frames: readonly Frame[]): Promise<void> {
    const owned = this.#owned.get(nameOf(at));
    await owned?.alone(async () => {
      // What was judged counts, even where the log does not take what it decides.
      await owned.scorer.take(frames).finally(() => owned.needs(owned.scorer.takeLacking()));
      owned.dateFilling();
      this.#snapshotWhenDue(owned);
    });
  }

  /** A row that cannot be used is rejected by the engine; a frame that makes it throw is a bug in it, and skipping would hide incidents. */
  async poison(at: TopicPartition, frame: Frame, cause: unknown): Promise<void> {
    throw new Error(`${nameOf(at)}/${frame.offset} cannot be judged: ${messageOf(cause)}`, {
      cause,
    });
  }

  async revoked(at: TopicPartition): Promise<void> {
    const owned = this.#owned.get(nameOf(at));
    if (!owned) return;
    await owned.alone(async () => {
      await owned.writing?.catch(() => {});
      if (owned.isHeld) this.keepBeforeTelling(owned);
      await owned.scorer.released();
      await this.#tellLast(owned);
      await this.#snapshots.begin(owned);
      owned.isGone = true;
    });
    this.#owned.delete(nameOf(at));
  }

  /** Called by a timer: figures go out, incidents close, snapshots are written where nothing arrives any more. */
  async tick(): Promise<void> {
    for (const owned of this.#owned.values())
      await owned.alone(async () => {
        await owned.scorer.tick();
        this.#snapshotWhenDue(owned);
      });
  }

  /** Judges by other rules, each partition between two frames. */
  async useRules(rules: readonly Rule[]): Promise<void> {
    await this.tools.habits?.useRules(habitRulesOf(rules));
    this.#engine = { ...this.#engine, rules };
    for (const owned of this.#owned.values()) await owned.alone(() => this.#switch(owned));
  }

  get habits(): PipelineTools['habits'] {
    return this.tools.habits;
  }
  get rules(): readonly Rule[] {
    return this.#engine.rules;
  }
  /** What to read of the past of windows that are to be full from `fromMs` on. */
  windowsFrom(fromMs: number, subject: SubjectKind): ReturnType<typeof windowsFrom> {
    return windowsFrom(fromMs, { ...this.#engine, subject });
  }

  /** Partitions that are ours. */
  partitions(): readonly OwnedPartition[] {
    return [...this.#owned.values()];
  }

  /** The partition that an account, or another subject, belongs to. */
  partitionOf(groupId: string, actorId: string, subject: SubjectKind): number {
    return partitionOf(groupId, actorId, this.partitionCount(subject));
  }
  partitionCount(subject: SubjectKind): number {
    return subject === 'account' ? this.#counts.accesses : this.#lanes[subject];
  }

  /** Whether this scorer has the partition that a subject belongs to. */
  owns(groupId: string, actorId: string, subject: SubjectKind): boolean {
    const topic = subject === 'account' ? topics.accesses : laneTopics[subject];
    return this.#owned.has(nameOf({ topic, partition: this.partitionOf(groupId, actorId, subject) }));
  }

  /** Whether an incident is one of the partition. */
  holds({ scorer: { at } }: OwnedPartition, { group_id, actor_id, subject_kind: subject }: IncidentChange): boolean {
    return (laneOf(at) ?? 'account') === subject && this.partitionOf(group_id, actor_id, subject) === at.partition;
  }

  /** Statistics of every partition that is ours. */
  stats(): readonly { readonly partition: number; readonly stats: EngineStats }[] {
    return this.partitions().map(({ scorer }) => ({ partition: scorer.at.partition, stats: scorer.stats() }));
  }

  /** Writes a snapshot, and tells nothing of the partition before it is there. Call it in the partition's turn, with none being written. */
  keepBeforeTelling(owned: OwnedPartition): void {
    owned.outdated();
    const written = this.#snapshots.begin(owned);
    owned.scorer.holdUntil(written);
    owned.release();
    this.#noteFailure(owned, written);
  }

  /** Resolves when no snapshot is being written. */
  async written(): Promise<void> {
    for (const owned of this.#owned.values()) await owned.writing?.catch(() => {});
  }

  /** What the log does not take now is in the snapshot, for whoever has the partition next. */
  async #tellLast(owned: OwnedPartition): Promise<void> {
    try {
      await owned.scorer.tellFigures(true);
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      const { partition } = owned.scorer.at;
      this.tools.logger.warn('the partition left while the log was away; what waits goes with its snapshot', {
        partition,
        cause,
      });
      owned.outdated();
    }
  }

  async #switch(owned: OwnedPartition): Promise<void> {
    const { rules } = this.#engine;
    if (owned.isGone || owned.scorer.rules === rules) return;
    // The old windows give their memory to the new ones, so a snapshot of the old ones must be finished before.
    await owned.writing?.catch(() => {});
    const { watermark } = owned.scorer.stats();
    const fromMs = await owned.scorer.useRules(rules, await this.#renamingOf(owned, rules));
    if (fromMs !== undefined && watermark > 0)
      owned.needs({ from_ms: fromMs, to_ms: watermark, through_offset: owned.scorer.nextOffset - 1 });
    // From where the new rules look on is not told by the log: a replay would have them see more, and tell what they raise under other ids.
    this.keepBeforeTelling(owned);
  }

  /** While it judges again what was told before, other rules may not find that. */
  async #renamingOf({ scorer, judgedUntil: end }: OwnedPartition, rules: readonly Rule[]): Promise<Renaming | undefined> {
    return scorer.nextOffset < end ? this.#again.renamingOf(scorer.nextOffset, { end }, scorer.judged, rules) : undefined;
  }

  /** A snapshot may take at most a twentieth of the time, however large the state has grown. It is written beside the stream. */
  #snapshotWhenDue(owned: OwnedPartition): void {
    const age = this.tools.clock.monotonic() - owned.snapshotAt;
    if (age < Math.max(this.options.snapshotEveryMs, 20 * owned.snapshotTookMs)) return;
    this.#noteFailure(owned, this.#snapshots.begin(owned));
  }

  #noteFailure(owned: OwnedPartition, written: Promise<void>): void {
    written.catch((cause: unknown) =>
      this.tools.logger.error('the snapshot could not be written; the one before still holds, and the next is tried in time', {
        partition: owned.scorer.at.partition,
        cause,
      }),
    );
  }
}

function nameOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
