import { groups, topics } from '#libs/contracts/topics.js';
import type { EventLog, Frame, Join, JoinOptions, Membership, Reader, TopicPartition } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Rewind } from './reconcile/reconciler.js';
import { Attempts } from './store/attempts.js';
import { BatchWriter } from './store/batch-writer.js';
import type { BatchLimits } from './collect/batch.js';
import { RefusalBreaker } from './refuse/breaker.js';
import { PartitionWriter } from './collect/partition-writer.js';
import type { Plan, Plans } from './collect/plan.js';
import { Quarantine } from './refuse/refusal.js';
import { RowStorer } from './store/row-storer.js';
import type { Samples } from './store/samples.js';
import { SetAside } from './store/set-aside.js';
import { ByteBudget, Slots } from './collect/slots.js';
import type { ArchiveStore } from './collect/tables.js';

export const archiverGroup = groups.archiver;

const rowsMax = 100_000;
const bytesMax = 32 * 1024 * 1024;

/** Accesses make large batches; incidents and quarantined rows are few and somebody waits for them. */
const accessLimits: BatchLimits = { rowsMax, bytesMax, lingerMs: 500 };
const promptLimits: BatchLimits = { rowsMax, bytesMax, lingerMs: 100 };

/** Inserts at a time for accesses, and for the rest, which no backlog of accesses may hold up. */
const accessInsertsMax = 4;
const promptInsertsMax = 2;

/** Bytes of frames held by all partitions together; an insert may hold as much again while it is sent. */
export const heldBytesMax = 128 * 1024 * 1024;

/** Bytes of frames in one hand-over of the log. */
const handOverBytesMax = 2 * 1024 * 1024;

/** How long a partition that leaves may finish what is in hand, in milliseconds. */
const revokeMsMax = 3000;
const stopMsMax = 10_000;

export interface PipelineTools {
  readonly log: EventLog;
  readonly store: ArchiveStore;
  readonly plans: Plans;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Log;
  readonly metrics: Metrics;
}

/**
 * The archiver's road, one in-order writer per partition:
 *
 *   frames -> collect (rows, bytes, linger) -> plan -> insert under a token -> verify -> ledger -> commit
 *      ^ back-pressure while ClickHouse is away      '-> bad lines by their form, refused rows by halving: mask, quarantine
 */
export class ArchiverPipeline implements Reader {
  readonly #owned = new Map<string, Owned>();
  readonly #rewinds = new Map<string, Rewind>();
  readonly #budget: ByteBudget;
  readonly #accessWriter: BatchWriter;
  readonly #promptWriter: BatchWriter;
  readonly #attempts: Attempts;
  #movedAt: number;
  readonly #leaving = new AbortController();
  #join: Join = (options) => this.tools.log.join(options, this);
  #joining: Promise<Membership> | undefined;
  #stopDeadline: AbortSignal | undefined;
  #fail: (cause: unknown) => void = () => {};
  /** Rejects with the bug that a writer could not survive; never resolves. */
  readonly failed = new Promise<never>((_resolve, reject) => {
    this.#fail = reject;
  });

  constructor(
    private readonly tools: PipelineTools,
    samples: Samples,
  ) {
    const { log, clock, logger, metrics } = tools;
    this.#movedAt = clock.monotonic();
    this.#budget = new ByteBudget(heldBytesMax, (held) => metrics.set('vigie_archive_held_bytes', held));
    const moved = () => (this.#movedAt = clock.monotonic());
    this.#attempts = new Attempts({ ...tools, log: logger, moved });
    const parts = { ...tools, log: logger, attempts: this.#attempts };
    const setAside = new SetAside({ ...parts, quarantine: new Quarantine(log, clock), breaker: new RefusalBreaker(clock) });
    const writer = (insertsMax: number) =>
      new BatchWriter({
        ...parts,
        storer: new RowStorer({ ...parts, setAside, slots: new Slots(insertsMax) }),
        samples,
        commit: (at, next) => this.#commit(at, next),
      });
    this.#accessWriter = writer(accessInsertsMax);
    this.#promptWriter = writer(promptInsertsMax);
  }

  /** What `join` gives hands frames to this reader, now and whenever a range is read again. */
  async start(join: Join = this.#join): Promise<Membership> {
    this.#join = join;
    const { signal } = this.#leaving;
    const options: JoinOptions = { group: archiverGroup, topics: Object.values(topics), batchBytesMax: handOverBytesMax, signal };
    this.#joining = join(options);
    const membership = await this.#joining;
    membership.ended.catch(this.#fail);
    return membership;
  }

  /** The present membership. */
  membership(): Promise<Membership> | undefined {
    return this.#joining;
  }

  /** Monotonic milliseconds at which a writer last did something, were it a failed attempt. */
  get movedAt(): number {
    return this.#movedAt;
  }

  /** What a partition that waits waits for, as the last attempt said; undefined where none has failed. */
  causeOf(at: TopicPartition): string | undefined {
    return this.#attempts.causeOf(at);
  }

  /** Stores what is in hand, as far as time allows, and leaves the group. */
  async stop(): Promise<void> {
    await this.#within(stopMsMax, async (deadline) => {
      this.#stopDeadline = deadline;
      await Promise.all([...this.#owned.values()].map(({ writer }) => writer.stop(deadline)));
      this.#leaving.abort(new Error('the archiver stops'));
      await (await this.#joining?.catch(() => undefined))?.leave();
    });
  }

  /** Reads and stores a partition's range again, under new tokens: ClickHouse would take the old ones for done. */
  async readAgain(rewinds: readonly Rewind[]): Promise<void> {
    for (const rewind of rewinds) this.#rewinds.set(nameOf(rewind.at), rewind);
    await (await this.#joining)?.leave();
    await this.start();
  }

  async assigned(at: TopicPartition): Promise<'committed' | 'earliest'> {
    const rewind = this.#rewinds.get(nameOf(at));
    const plan = rewind ? undefined : await this.tools.plans.read(at);
    const owned: Owned = {
      writer: this.#writerOf(at, plan, rewind),
      skipBelow: rewind?.from ?? 0,
      committed: rewind?.until ?? 0,
    };
    owned.writer.ended.catch(this.#fail);
    this.#owned.set(nameOf(at), owned);
    // Not the offset itself: the log may have let go of it meanwhile, and would refuse.
    return rewind ? 'earliest' : 'committed';
  }

  async frames(at: TopicPartition, frames: readonly Frame[], signal: AbortSignal): Promise<void> {
    const owned = this.#owned.get(nameOf(at));
    if (!owned) return;
    const wanted = owned.skipBelow === 0 ? frames : frames.filter(({ offset }) => offset >= owned.skipBelow);
    await owned.writer.take(wanted, signal);
  }

  /** `frames` only collects, so a frame that it cannot digest is a bug; skipping it would lose rows. */
  async poison(at: TopicPartition, frame: Frame, cause: unknown): Promise<void> {
    const reason = messageOf(cause);
    throw new Error(`${nameOf(at)}/${frame.offset} cannot be stored: ${reason}`, { cause });
  }

  async revoked(at: TopicPartition): Promise<void> {
    const owned = this.#owned.get(nameOf(at));
    this.#owned.delete(nameOf(at));
    if (this.#stopDeadline) await owned?.writer.stop(this.#stopDeadline);
    else await this.#within(revokeMsMax, async (deadline) => owned?.writer.stop(deadline));
  }

  #writerOf(at: TopicPartition, plan: Plan | undefined, rewind: Rewind | undefined): PartitionWriter {
    const accesses = at.topic === topics.accesses;
    const writer = accesses ? this.#accessWriter : this.#promptWriter;
    const mark = `-again-${this.tools.clock.now()}`;
    return new PartitionWriter(at, accesses ? accessLimits : promptLimits, plan, {
      clock: this.tools.clock,
      budget: this.#budget,
      write: async (batch, signal) => {
        const again = rewind !== undefined && batch.first < rewind.until;
        const mine = await writer.write(batch, signal, again ? mark : '');
        if (rewind && batch.last + 1 >= rewind.until) this.#rewinds.delete(nameOf(at));
        return mine;
      },
    });
  }

  /** Offsets only grow: while a range is read again the old one stays. */
  async #commit(at: TopicPartition, next: number): Promise<boolean> {
    const owned = this.#owned.get(nameOf(at));
    if (owned && next <= owned.committed) return true;
    const mine = (await (await this.#joining)?.commit(at, next)) ?? false;
    if (owned && mine) owned.committed = next;
    return mine;
  }

  /** Runs work under a signal that aborts after `ms`. */
  async #within(ms: number, work: (deadline: AbortSignal) => Promise<void>): Promise<void> {
    const late = new AbortController();
    const ended = new AbortController();
    this.tools.clock.sleep(ms, ended.signal).then(
      () => late.abort(),
      () => {},
    );
    await work(late.signal).finally(() => ended.abort());
  }
}

interface Owned {
  readonly writer: PartitionWriter;
  /** While a range is read again: what lies before it is stored already. */
  readonly skipBelow: number;
  committed: number;
}

export function nameOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
