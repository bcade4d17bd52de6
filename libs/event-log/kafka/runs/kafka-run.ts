import { deliver, type DeliverTools, patiently } from '../../deliver.js';
import type { Frame, Reader, TopicPartition } from '../../port.js';
import { MissingFrames, type Offsets } from '../offsets.js';

export interface KafkaRunOptions {
  readonly at: TopicPartition;
  readonly reader: Reader;
  readonly offsets: Offsets;
  readonly batchBytesMax: number;
  /** Of topics of others: who keeps one may make it anew under its name. */
  readonly foreign?: true | undefined;
  readonly tools: Omit<DeliverTools, 'signal' | 'onStalled'>;
  /** Told where to read from, once the reader has said so. */
  readonly onReady: (offset: number) => void;
  /** Told to stop fetching, and to go on. */
  readonly onFull: (full: boolean) => void;
  readonly onFailure: (cause: unknown) => void;
  /** A former run of this partition in this process, which must be over first. */
  readonly after: Promise<unknown> | undefined;
}

/** One assigned partition: frames wait here, at most about two batches of them, while the reader is busy. */
export class KafkaRun {
  readonly at: TopicPartition;
  readonly #options: KafkaRunOptions;
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  readonly #waiting: Frame[] = [];
  #waitingBytes = 0;
  #wake: () => void = () => {};
  #ready = false;
  #full = false;
  #asked = false;
  #retrying = false;
  #busy = false;
  #fedAt = 0;
  #next = 0;
  #fetchNext = 0;
  #topicId: string | undefined;

  constructor(options: KafkaRunOptions) {
    this.at = options.at;
    this.#options = options;
    this.#done = this.#run().catch((cause: unknown) => {
      if (!this.#abort.signal.aborted) options.onFailure(cause);
    });
  }

  /** The next offset to be handed over. */
  get next(): number {
    return this.#next;
  }
  /** The next offset to be fetched; undefined until the reader has said where to begin. */
  get fetchNext(): number | undefined {
    return this.#ready ? this.#fetchNext : undefined;
  }
  /** Of a topic of others, by which it is this one and no other of its name; undefined where brokers do not say it. */
  get topicId(): string | undefined {
    return this.#topicId;
  }
  /** While the same work is tried again. */
  get retrying(): boolean {
    return this.#retrying;
  }
  /** Since when frames that exist should have come, on the monotonic clock; undefined while none could be taken. */
  get hungrySince(): number | undefined {
    return this.#ready && !this.#full && !this.#busy ? this.#fedAt : undefined;
  }
  nothingWaits(): void {
    this.#fedAt = this.#options.tools.clock.monotonic();
  }

  /** Takes what was fetched. Frames that were taken before (the client went back) are passed over. */
  async take(frames: readonly Frame[]): Promise<void> {
    if (this.#abort.signal.aborted || !this.#ready) return;
    const first = frames[0];
    if (first && first.offset > this.#fetchNext) await this.#explainGap(first.offset);
    for (const frame of frames) {
      if (frame.offset < this.#fetchNext) continue;
      this.#waiting.push(frame);
      this.#waitingBytes += frame.bytes.length;
      this.#fetchNext = frame.offset + 1;
    }
    this.#fedAt = this.#options.tools.clock.monotonic();
    this.#tellFull();
    this.#wake();
  }

  /** What lies before this offset, and was not taken, is nothing to hand over: marks of transactions, and what they took back. */
  passOver(before: number): void {
    if (this.#abort.signal.aborted || !this.#ready || before <= this.#fetchNext) return;
    this.#fetchNext = before;
    this.#fedAt = this.#options.tools.clock.monotonic();
    this.#catchUp();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error(`partition ${this.at.partition} of ${this.at.topic} leaves this member`));
    this.#wake();
    await this.#done;
    if (this.#asked) await this.#options.reader.revoked(this.at);
  }

  async #run(): Promise<void> {
    const { after, reader, offsets, onReady } = this.#options;
    const onStalled = (stalled: boolean) => (this.#retrying = stalled);
    const tools: DeliverTools = { ...this.#options.tools, onStalled, signal: this.#abort.signal };
    await after;
    if (this.#abort.signal.aborted) return;
    const held = await patiently(() => offsets.bounds(this.at), this.at, tools);
    const assigned = async () => {
      this.#asked = true;
      return reader.assigned(this.at, held);
    };
    const answer = await patiently(assigned, this.at, tools);
    if (this.#options.foreign) this.#topicId = await patiently(() => offsets.topicId(this.at.topic), this.at, tools);
    this.#next = await patiently(() => this.#startOf(answer), this.at, tools);
    this.#fetchNext = this.#next;
    if (this.#abort.signal.aborted) return;
    this.#ready = true;
    this.#fedAt = tools.clock.monotonic();
    onReady(this.#next);
    while (!this.#abort.signal.aborted) {
      const batch = this.#batch();
      const last = batch.at(-1);
      if (last) {
        this.#busy = true;
        await deliver(reader, this.at, batch, tools);
        this.#next = last.offset + 1;
        this.#fedAt = tools.clock.monotonic();
        this.#busy = false;
        this.#catchUp();
      } else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async #startOf(answer: number | 'committed' | 'earliest'): Promise<number> {
    const { reader, offsets } = this.#options;
    try {
      return await offsets.startOf(this.at, answer, this.#topicId);
    } catch (cause) {
      if (!(cause instanceof MissingFrames) || !reader.missing) throw cause;
      await reader.missing(this.at, cause.missing);
      return cause.missing.start;
    }
  }

  #batch(): readonly Frame[] {
    let count = 0;
    let bytes = 0;
    for (const frame of this.#waiting) {
      if (count > 0 && bytes + frame.bytes.length > this.#options.batchBytesMax) break;
      bytes += frame.bytes.length;
      count += 1;
    }
    this.#waitingBytes -= bytes;
    const batch = this.#waiting.splice(0, count);
    this.#tellFull();
    return batch;
  }

  /** Where nothing waits to be handed over, the next frame is the one that is fetched next. */
  #catchUp(): void {
    if (!this.#busy && this.#waiting.length === 0) this.#next = this.#fetchNext;
  }

  #tellFull(): void {
    const full = this.#waitingBytes >= this.#options.batchBytesMax;
    if (full === this.#full) return;
    this.#full = full;
    this.#fedAt = this.#options.tools.clock.monotonic();
    this.#options.onFull(full);
  }

  /** kafkajs starts again at the oldest frame when ours is gone, without a word; a compacted topic has gaps by nature. */
  async #explainGap(offset: number): Promise<void> {
    const low = (await this.#options.offsets.watermarks(this.at.topic)).get(this.at.partition)?.low ?? 0;
    if (low <= this.#fetchNext) return;
    const gone = `frames ${this.#fetchNext} to ${offset - 1} of ${this.at.topic}/${this.at.partition}`;
    throw new Error(
      `${gone} were removed by Kafka before they were read: raise the topic's retention, and set the group's offset on purpose`,
    );
  }
}
