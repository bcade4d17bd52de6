import type { Socket } from 'node:net';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { Lease } from '../receive/intake-budget.js';
import type { Framed, Framer } from './framing.js';

/** Silence after which a message that may be complete is, as RFC 5425's senders break off; and after which half a message is given up. */
const flushMs = 2000;
const midwayMsMax = 60_000;
/** Time between two tries to get memory, in milliseconds. */
const memoryWaitMs = 100;
/** Bytes that may wait while what came before is made durable: with fewer, a sender waits for the disk more than it sends. */
const waitingBytesMax = 1024 * 1024;

export interface ConnectionTools {
  readonly framer: Framer;
  /** Who sends, as the sources say now; undefined when that source is gone. */
  readonly source: () => ConfiguredSource | undefined;
  readonly take: (messages: readonly Framed[], source: ConfiguredSource) => Promise<void>;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly log: Log;
  /** The connection was closed from here. */
  readonly dropped: (reason: 'slow' | 'unknown_sender') => void;
  readonly signal: AbortSignal;
}

interface Chunk {
  readonly bytes: Buffer;
  /** Whether memory was had for it at once; otherwise it waits for it, and nothing is read meanwhile. */
  readonly isLeased: boolean;
}

/**
 * One TCP or TLS connection: what comes is gathered while what came before is made durable, up to a limit and only while memory can be had, so
 * that a full ingestor slows its senders down instead of growing.
 */
export class StreamConnection {
  #heardMs: number;
  #work: Promise<void> = Promise.resolve();
  /** Steps that wait for their turn or are at work. */
  #steps = 0;
  #isClean = false;
  /** What came since chunks were taken. */
  #waiting: Chunk[] = [];
  #waitingBytes = 0;

  constructor(
    private readonly socket: Socket,
    private readonly tools: ConnectionTools,
  ) {
    this.#heardMs = tools.clock.monotonic();
    socket.on('data', (bytes: Buffer) => this.#came(bytes));
    socket.on('end', () => {
      this.#isClean = true;
    });
    socket.on('error', () => {});
  }

  /** Resolves when the connection is over and what came is durable. */
  async closed(): Promise<void> {
    if (!this.socket.closed) await new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    await this.#work;
    await this.#guarded(() => this.#give(this.tools.framer.end(this.#isClean)));
    this.tools.lease.release();
  }

  /** Looks whether the sender has been silent for too long. Called every half second or so. */
  look(): void {
    const { framer, clock } = this.tools;
    const silentMs = clock.monotonic() - this.#heardMs;
    if (this.#steps > 0 || silentMs < flushMs) return;
    if (framer.isWaiting) this.#queue(() => this.#give(framer.flush()));
    else if (framer.isMidway && silentMs > midwayMsMax) this.#drop('slow');
  }

  #queue(step: () => Promise<void>): void {
    this.#steps += 1;
    this.#work = this.#work.then(() => this.#guarded(step));
    void this.#work.then(() => {
      this.#steps -= 1;
      this.#heardMs = this.tools.clock.monotonic();
    });
  }

  #came(bytes: Buffer): void {
    const isLeased = this.#hasMemory(bytes.length);
    this.#waiting.push({ bytes, isLeased });
    this.#waitingBytes += bytes.length;
    if (!isLeased || this.#waitingBytes >= waitingBytesMax) this.socket.pause();
    if (this.#waiting.length === 1) this.#queue(() => this.#take());
  }

  /** Hands over what is complete with all that waits. Whoever waits for memory holds none. */
  async #take(): Promise<void> {
    const chunks = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    let messages: Framed[] = [];
    let held = 0;
    const handOver = async () => {
      const [now, bytes] = [messages, held];
      [messages, held] = [[], 0];
      await this.#give(now).finally(() => this.tools.lease.give(bytes));
    };
    for (const { bytes, isLeased } of chunks) {
      if (!isLeased) {
        await handOver();
        await this.#memory(bytes.length);
      }
      held += bytes.length;
      for (const message of this.tools.framer.push(bytes)) messages.push(message);
    }
    this.socket.resume();
    await handOver();
  }

  async #give(messages: readonly Framed[]): Promise<void> {
    if (!messages.length) return;
    const source = this.tools.source();
    if (source) await this.tools.take(messages, source);
    else this.#drop('unknown_sender');
  }

  /** Waits until the budget has room. */
  async #memory(bytes: number): Promise<void> {
    while (!this.#hasMemory(bytes)) await this.tools.clock.sleep(memoryWaitMs, this.tools.signal);
  }

  #hasMemory(bytes: number): boolean {
    try {
      this.tools.lease.take(bytes);
      return true;
    } catch (cause) {
      if (!(cause instanceof HttpRefusal)) throw cause;
      return false;
    }
  }

  #drop(reason: 'slow' | 'unknown_sender'): void {
    this.tools.dropped(reason);
    this.socket.destroy();
  }

  /** What fails here ends this connection alone. */
  async #guarded(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (cause) {
      if (!this.tools.signal.aborted) this.tools.log.error('a connection met a bug and is closed', { cause });
      this.socket.destroy();
    }
  }
}
