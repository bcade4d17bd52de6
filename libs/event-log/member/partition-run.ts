import { setImmediate as nextTurn } from 'node:timers/promises';
import { deliver, type DeliverTools, patiently } from '../deliver.js';
import type { Reader, TopicPartition } from '../port.js';
import { type PartitionRecord } from './group-state.js';
import type { LogStore } from './log-store.js';

export interface RunOptions {
  readonly store: LogStore;
  readonly reader: Reader;
  readonly group: string;
  readonly record: PartitionRecord;
  readonly batchBytesMax: number;
  readonly tools: Omit<DeliverTools, 'signal' | 'onStalled'>;
  /** Told when the run cannot go on. */
  readonly onFailure: (cause: unknown) => void;
}

/** One partition while it is ours: asks where to start, then reads and hands over until it is stopped. */
export class PartitionRun {
  readonly at: TopicPartition;
  readonly record: PartitionRecord;
  readonly #options: RunOptions;
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  #wake: () => void = () => {};
  #rung = false;
  #next: number;
  #assigned = false;
  #retrying = false;

  constructor(options: RunOptions) {
    const { topic, partition, committed } = options.record;
    this.at = { topic, partition };
    this.record = options.record;
    this.#options = options;
    this.#next = Math.max(committed, 0);
    this.#done = this.#run().catch((cause: unknown) => {
      if (!this.#abort.signal.aborted) options.onFailure(cause);
    });
  }

  /** The next offset to be handed over. */
  get next(): number {
    return this.#next;
  }

  /** While the same work is tried again. */
  get retrying(): boolean {
    return this.#retrying;
  }

  /** There may be something new to read. */
  wake(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Hands over nothing more and waits for the call in hand; then the reader may finish, commit and forget. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error(`partition ${this.at.partition} of ${this.at.topic} leaves this member`));
    this.#wake();
    await this.#done;
    if (this.#assigned) await this.#options.reader.revoked(this.at);
  }

  async #run(): Promise<void> {
    const { store, reader, batchBytesMax } = this.#options;
    const onStalled = (stalled: boolean) => (this.#retrying = stalled);
    const tools: DeliverTools = { ...this.#options.tools, onStalled, signal: this.#abort.signal };
    const assigned = async () => {
      const held = store.bounds(this.at);
      this.#assigned = true;
      return reader.assigned(this.at, held);
    };
    this.#next = this.#startOf(await patiently(assigned, this.at, tools));
    while (!this.#abort.signal.aborted) {
      this.#rung = false;
      const frames = store.read(this.at, this.#next, batchBytesMax);
      const last = frames.at(-1);
      if (last) {
        await deliver(reader, this.at, frames, tools);
        this.#next = last.offset + 1;
        // What lies in memory or on this disk is read without waiting, and so may be what a reader does: without a turn for timers a member that has much to catch up with would give
        // no sign of life, and the others of the group would take its partitions away.
        await nextTurn();
      } else await this.#bell();
    }
  }

  #bell(): Promise<void> {
    if (this.#rung || this.#abort.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #startOf(answer: number | 'committed' | 'earliest'): number {
    const { store, group, record } = this.#options;
    const { start, end } = store.bounds(this.at);
    const wanted = answer === 'committed' ? record.committed : answer;
    if (wanted === 'earliest' || wanted === -1) return start;
    if (Number.isSafeInteger(wanted) && wanted >= start && wanted <= end) return wanted;
    throw new Error(
      `group ${group} would read ${this.at.topic}/${this.at.partition} from offset ${wanted}, but the log holds ${start} to ${end}: ` +
        `frames would be skipped or read twice. Restore the log, or have the reader start at 'earliest' on purpose.`,
    );
  }
}
