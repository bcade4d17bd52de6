import type { Frame, TopicPartition } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { type Batch, type BatchLimits, OpenBatch } from './batch.js';
import type { Plan } from './plan.js';
import { type ByteBudget, Turn } from './slots.js';

export interface PartitionTools {
  readonly clock: Clock;
  readonly budget: ByteBudget;
  /** Stores a batch; false when the partition has left us. Rejects with bugs, or with the signal's reason. */
  readonly write: (batch: Batch, signal: AbortSignal) => Promise<boolean>;
}

/** How long a planned batch may wait for its frames, in milliseconds: they are in the log already, unless it was made anew. */
const planWaitMs = 5000;

/**
 * The one writer of a partition: collects frames into a batch while the one before it is being stored, and stores one at a time, in order.
 * `take` is what pushes back: it resolves when everything was taken in, which is when there was room for it.
 */
export class PartitionWriter {
  /** The loop's end: rejects with the bug that ended it. */
  readonly ended: Promise<void>;
  readonly #stopped = new AbortController();
  #open: OpenBatch;
  #openedAt = 0;
  #heldBytes = 0;
  #draining = false;
  readonly #changes = new Turn();

  constructor(
    readonly at: TopicPartition,
    private readonly limits: BatchLimits,
    /** What a crash left half done: the first batch is cut there, so that it gets the token it had. */
    private plan: Plan | undefined,
    private readonly tools: PartitionTools,
  ) {
    this.#open = new OpenBatch(at);
    this.ended = this.#run();
  }

  async take(frames: readonly Frame[], signal: AbortSignal): Promise<void> {
    const wake = () => this.#post();
    signal.addEventListener('abort', wake);
    try {
      for (const frame of frames) {
        while (!this.#fits() && !this.#ending(signal)) await Promise.race([this.#changes.next(), this.tools.budget.change()]);
        // What is not taken in is not committed either: the next owner reads it again.
        if (this.#ending(signal) || this.#draining) return;
        if (this.#open.first === undefined) this.#openedAt = this.tools.clock.monotonic();
        const before = this.#open.bytes;
        this.#open.add(frame);
        this.#hold(this.#open.bytes - before);
        this.#post();
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  /** Stores what was taken in and ends; what is not stored when `deadline` aborts is left to the next owner. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#draining = true;
    this.#post();
    const cut = () => this.#stopped.abort(new Error('the partition is given back'));
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut, { once: true });
    await this.ended.finally(() => deadline.removeEventListener('abort', cut));
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        await this.#whenDue();
        const batch = this.#stopped.signal.aborted ? undefined : this.#open.seal();
        if (!batch) return;
        const held = this.#open.bytes;
        this.#open = new OpenBatch(this.at);
        this.plan = undefined;
        this.#post();
        if (!(await this.tools.write(batch, this.#stopped.signal))) return;
        this.#hold(-held);
      }
    } catch (cause) {
      if (!this.#stopped.signal.aborted) throw cause;
    } finally {
      this.#stopped.abort();
      this.#hold(-this.#heldBytes);
      this.#post();
    }
  }

  /** Resolves when the open batch is full, has lingered, is the planned one, or nothing more will come. */
  async #whenDue(): Promise<void> {
    while (!this.#stopped.signal.aborted && !this.#draining && !this.#full()) {
      const waited = new AbortController();
      const turns = [this.#changes.next()];
      if (this.#open.first !== undefined) {
        const lingerMs = this.#planned() ? planWaitMs : this.limits.lingerMs;
        const leftMs = this.#openedAt + lingerMs - this.tools.clock.monotonic();
        if (leftMs <= 0) return;
        turns.push(this.tools.clock.sleep(leftMs, waited.signal).catch(() => {}));
      }
      await Promise.race(turns);
      waited.abort();
    }
  }

  #fits(): boolean {
    if (this.#planned()) return this.#open.last !== this.plan?.last;
    if (this.#open.rows >= this.limits.rowsMax || this.#open.bytes >= this.limits.bytesMax) return false;
    return this.#heldBytes === 0 || !this.tools.budget.full;
  }

  #full(): boolean {
    if (this.#open.first === undefined) return false;
    return this.#planned() ? this.#open.last === this.plan?.last : !this.#fits();
  }

  /** The open batch began where a planned one did. */
  #planned(): boolean {
    return this.plan !== undefined && this.#open.first === this.plan.first && (this.#open.last ?? 0) <= this.plan.last;
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.tools.budget.add(bytes);
  }

  #ending(signal: AbortSignal): boolean {
    return signal.aborted || this.#stopped.signal.aborted;
  }

  #post(): void {
    this.#changes.post();
  }
}
