// frames/: rows of one partition as frames, and the ticket that says when all of a request's are durable.
// It knows bytes, and nothing of events.

import { type careTopic, frameBytesMax, frameLingerMs, type Topic } from '#libs/contracts/topics.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Frame } from './frame.js';
import type { Ticket } from './ticket.js';

/** Rows given to the log and not yet acknowledged, above which nobody may add more. */
export const pendingBytesMax = 64 * 1024 * 1024;

/** Buffers kept for the next frames, so that a busy ingestor allocates none. */
const spareBuffersMax = 64;

export interface FrameTools {
  readonly log: Pick<EventLog, 'append'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/**
 * Collects the rows of one topic into frames, one open frame per partition, shared by all requests at work. A frame closes when the
 * next row does not fit into 256 KiB, or 20 ms after the first row that waits anywhere: frames that close together are made durable
 * together. Rows are never split. Each request's ticket learns what became of every frame that holds a row of it.
 */
export class FrameBuilder {
  readonly #open: (Frame | undefined)[];
  readonly #spare: Buffer[] = [];
  readonly #appending = new Set<Promise<void>>();
  #pendingBytes = 0;
  #lingering = false;
  #roomWaiters: (() => void)[] = [];
  /** Monotonic time since which frames wait without any being acknowledged; undefined while none waits. */
  #waitingSinceMs: number | undefined;

  constructor(
    readonly topic: Topic | typeof careTopic,
    readonly partitions: number,
    private readonly tools: FrameTools,
  ) {
    this.#open = Array.from({ length: partitions });
  }

  /** An open frame of the partition with room for `bytes` more, joined by the ticket. Fill it at once, then say `frame.advance`. */
  room(partition: number, bytes: number, ticket: Ticket): Frame {
    let frame = this.#open[partition];
    if (frame && frame.length > 0 && frame.length + bytes > frameBytesMax) {
      this.#close(partition);
      frame = undefined;
    }
    if (!frame || frame.buffer.length < frame.length + bytes) frame = this.#openFrame(partition, bytes);
    frame.join(ticket);
    if (!this.#lingering) void this.#linger();
    return frame;
  }

  /** Whether the log has so much to acknowledge that nobody may add more. */
  get full(): boolean {
    return this.#pendingBytes > pendingBytesMax;
  }

  /** Resolves when there is room for more rows: the brake on requests that turn into many more bytes than they had. */
  async whenRoom(): Promise<void> {
    while (this.full) await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
  }

  /** How long frames have been waiting while none was acknowledged, in milliseconds. */
  stalledMs(): number {
    return this.#waitingSinceMs === undefined ? 0 : this.tools.clock.monotonic() - this.#waitingSinceMs;
  }

  /** Closes every open frame and waits until all are settled. */
  async flush(): Promise<void> {
    this.#closeAll();
    while (this.#appending.size) await Promise.all(this.#appending);
  }

  #openFrame(partition: number, bytes: number): Frame {
    this.#close(partition);
    const spare = bytes <= frameBytesMax ? this.#spare.pop() : undefined;
    const frame = new Frame(spare ?? Buffer.allocUnsafeSlow(Math.max(frameBytesMax, bytes)));
    this.#open[partition] = frame;
    return frame;
  }

  async #linger(): Promise<void> {
    this.#lingering = true;
    await this.tools.clock.sleep(frameLingerMs);
    this.#lingering = false;
    this.#closeAll();
  }

  #closeAll(): void {
    for (let partition = 0; partition < this.partitions; partition += 1) this.#close(partition);
  }

  #close(partition: number): void {
    const frame = this.#open[partition];
    if (!frame) return;
    this.#open[partition] = undefined;
    const appending = this.#append(partition, frame).finally(() => this.#appending.delete(appending));
    this.#appending.add(appending);
  }

  async #append(partition: number, frame: Frame): Promise<void> {
    const { log, clock, metrics } = this.tools;
    const closedMs = clock.monotonic();
    this.#pendingBytes += frame.length;
    this.#waitingSinceMs ??= closedMs;
    try {
      if (frame.length) await log.append({ topic: this.topic, partition }, frame.bytes());
    } catch (cause) {
      // The log may still be reading the buffer: it is left to the garbage collector.
      this.#settled(frame.length, false);
      frame.settle(cause);
      return;
    }
    metrics.observe('vigie_log_append_seconds', (clock.monotonic() - closedMs) / 1000, { topic: this.topic });
    metrics.add('vigie_frames_appended_total', { topic: this.topic });
    this.#settled(frame.length, true);
    frame.settle();
    if (this.#spare.length < spareBuffersMax && frame.buffer.length === frameBytesMax) this.#spare.push(frame.buffer);
  }

  #settled(bytes: number, well: boolean): void {
    this.#pendingBytes -= bytes;
    if (this.#pendingBytes === 0) this.#waitingSinceMs = undefined;
    else if (well) this.#waitingSinceMs = this.tools.clock.monotonic();
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
