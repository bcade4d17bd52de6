import { join } from 'node:path';
import { topics } from '#libs/contracts/topics.js';
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import type { EventLog, Frame, Membership, Reader, TopicPartition } from '#libs/event-log/port.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Outbox } from './outbox.js';
import { PartitionScorer } from './partition-scorer.js';
import { readSnapshot, setAside, writeSnapshot } from './snapshot-file.js';

export const scorerGroup = 'vigie-scorer';

/** Bytes of frames that are judged before the next pause for heartbeats and timers. */
const batchBytesMax = 8 * 1024 * 1024;

export interface PipelineOptions {
  readonly engine: EngineOptions;
  /** Folder of the snapshots, which exists. */
  readonly stateDir: string;
  readonly snapshotEveryMs: number;
}

export interface PipelineTools {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
}

/**
 * The scorer's road:
 *
 *   assigned   newest snapshot of the partition, or empty windows and the earliest frame
 *   frames     judge -> append incident changes and quarantined rows -> now and then: snapshot -> commit its offset
 *   revoked    snapshot -> commit
 *
 * The group's offset is that of the newest snapshot and never ahead of it, so whoever comes next reads again exactly what the snapshot
 * does not hold. Judging the same frames again gives the same changes with the same ids.
 */
export class ScorerPipeline implements Reader {
  readonly #scorers = new Map<string, OwnedPartition>();
  #membership: Membership | undefined;
  #outboxPartitions = { incidents: 0, quarantine: 0 };

  constructor(
    private readonly options: PipelineOptions,
    private readonly tools: PipelineTools,
  ) {}

  async start(): Promise<Membership> {
    const { log } = this.tools;
    this.#outboxPartitions = {
      incidents: await log.partitions(topics.incidents),
      quarantine: await log.partitions(topics.quarantine),
    };
    this.#membership = await log.join({ group: scorerGroup, topics: [topics.accesses], batchBytesMax }, this);
    return this.#membership;
  }

  async assigned(at: TopicPartition): Promise<number | 'earliest'> {
    const restored = await this.#restore(at);
    const outbox = new Outbox(this.tools.log, this.#outboxPartitions);
    const engine = restored?.engine ?? new Engine(this.options.engine);
    const scorer = new PartitionScorer(at, engine, restored?.offset ?? 0, { ...this.tools, outbox });
    const now = this.tools.clock.monotonic();
    this.#scorers.set(nameOf(at), {
      scorer,
      snapshotOffset: restored?.offset ?? -1,
      snapshotAt: now,
      snapshotTookMs: 0,
      busy: Promise.resolve(),
    });
    return restored?.offset ?? 'earliest';
  }

  frames(at: TopicPartition, frames: readonly Frame[]): Promise<void> {
    return this.#alone(at, async (owned) => {
      await owned.scorer.take(frames);
      await this.#snapshotWhenDue(owned);
    });
  }

  /** A row that cannot be used is rejected by the engine; a frame that makes it throw is a bug in it, and skipping would hide incidents. */
  async poison(at: TopicPartition, frame: Frame, cause: unknown): Promise<void> {
    throw new Error(`${nameOf(at)}/${frame.offset} cannot be judged: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }

  async revoked(at: TopicPartition): Promise<void> {
    await this.#alone(at, async (owned) => {
      await owned.scorer.tellFigures(true);
      await this.#snapshot(owned);
    });
    this.#scorers.delete(nameOf(at));
  }

  /** Called by a timer: figures go out, incidents close, snapshots are written where nothing arrives any more. */
  async tick(): Promise<void> {
    for (const { scorer } of this.#scorers.values())
      await this.#alone(scorer.at, async (owned) => {
        await owned.scorer.tick();
        await this.#snapshotWhenDue(owned);
      });
  }

  /** Statistics of every partition that is ours. */
  stats(): readonly { readonly partition: number; readonly stats: ReturnType<Engine['stats']> }[] {
    return [...this.#scorers.values()].map(({ scorer }) => ({ partition: scorer.at.partition, stats: scorer.stats() }));
  }

  /** One thing at a time per partition: the engine is neither judged into while it is written, nor written while it judges. */
  #alone(at: TopicPartition, work: (owned: OwnedPartition) => Promise<void>): Promise<void> {
    const owned = this.#scorers.get(nameOf(at));
    if (!owned) return Promise.resolve();
    const turn = owned.busy.then(() => work(owned));
    owned.busy = turn.catch(() => {});
    return turn;
  }

  /** A snapshot may take at most a twentieth of the time, however large the state has grown. */
  async #snapshotWhenDue(owned: OwnedPartition): Promise<void> {
    const age = this.tools.clock.monotonic() - owned.snapshotAt;
    if (age >= Math.max(this.options.snapshotEveryMs, 20 * owned.snapshotTookMs)) await this.#snapshot(owned);
  }

  async #snapshot(owned: OwnedPartition): Promise<void> {
    const { scorer } = owned;
    const { clock, metrics } = this.tools;
    const startedAt = clock.monotonic();
    owned.snapshotAt = startedAt;
    if (scorer.nextOffset === owned.snapshotOffset) return;
    const header = { offset: scorer.nextOffset, written_at: isoOf(clock.now()) };
    const bytes = await writeSnapshot(this.#pathOf(scorer.at), header, scorer.snapshot());
    owned.snapshotOffset = header.offset;
    owned.snapshotTookMs = clock.monotonic() - startedAt;
    metrics.observe('vigie_snapshot_seconds', owned.snapshotTookMs / 1000);
    metrics.set('vigie_snapshot_bytes', bytes, { partition: scorer.at.partition });
    metrics.set('vigie_snapshot_time_seconds', clock.now() / 1000, { partition: scorer.at.partition });
    await this.#membership?.commit(scorer.at, header.offset);
  }

  /** A snapshot that is missing or cannot be used costs time, never correctness: the log is read from its beginning. */
  async #restore(at: TopicPartition): Promise<{ readonly engine: Engine; readonly offset: number } | undefined> {
    const path = this.#pathOf(at);
    try {
      const snapshot = await readSnapshot(path);
      if (!snapshot) return undefined;
      return { engine: Engine.restore(snapshot.chunks, this.options.engine), offset: snapshot.header.offset };
    } catch (cause) {
      this.tools.logger.warn('the snapshot cannot be used; the windows are built again from the log', {
        partition: at.partition,
        path,
        cause,
      });
      await setAside(path);
      return undefined;
    }
  }

  #pathOf(at: TopicPartition): string {
    return join(this.options.stateDir, `${at.topic}-${at.partition}.snapshot`);
  }
}

interface OwnedPartition {
  readonly scorer: PartitionScorer;
  snapshotOffset: number;
  snapshotAt: number;
  snapshotTookMs: number;
  busy: Promise<void>;
}

function nameOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
