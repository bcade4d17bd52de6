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
/** Bytes of one connection that may be here and not durable, waiting or handed over: with fewer, a sender waits for the disk more than it sends. */
const bytesMax = 2 * 1024 * 1024;
/** Bytes for which it is worth it to hand over more while what came before is not durable yet: with fewer, each message would be handed over by itself. */
const batchBytes = 256 * 1024;

/** Why a connection is closed from here. `bad_handshake`: it begins one of TLS, which is not spoken here. */
export type ConnectionDrop = 'bad_handshake' | 'slow' | 'unknown_sender';

export interface ConnectionTools {
  readonly framer: Framer;
  /** Who sends, as the sources say now; undefined when that source is gone. */
  readonly source: () => ConfiguredSource | undefined;
  /** Resolves when the messages are durable; says `written` when they are rows, and the log alone is waited for. */
  readonly take: (messages: readonly Framed[], source: ConfiguredSource, written: () => void) => Promise<void>;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly log: Log;
  /** The connection was closed from here. */
  readonly dropped: (reason: ConnectionDrop) => void;
  readonly signal: AbortSignal;
}

interface Chunk {
  readonly bytes: Buffer;
  /** Whether memory was had for it at once; otherwise it waits for it, and nothing is read meanwhile. */
  readonly isLeased: boolean;
}

/**
 * One TCP or TLS connection: what comes is gathered and handed over in batches, up to a limit and only while memory can be had, so that a full
 * ingestor slows its senders down instead of growing. One batch after the other becomes rows, in the order in which they came; the next begins while the
 * rows of those before wait for their frames to close and for the disk, since that takes longer than the work.
 */
export class StreamConnection {
  #heardMs: number;
  #work: Promise<void> = Promise.resolve();
  /** Steps that wait for their turn or are at work. */
  #steps = 0;
  /** Batches that are handed over and not durable. */
  readonly #underWay = new Set<Promise<void>>();
  #isClean = false;
  #hasBegun = false;
  /** What came since chunks were taken. */
  #waiting: Chunk[] = [];
  #waitingBytes = 0;
  /** Bytes taken and not durable. */
  #takenBytes = 0;
  /** Chunks that wait for memory. */
  #unleased = 0;

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
    this.#take();
    this.#queue(() => this.#handOver(this.tools.framer.end(this.#isClean), 0));
    await this.#work;
    await Promise.all(this.#underWay);
    this.tools.lease.release();
  }

  /** Looks whether the sender has been silent for too long. Called every half second or so. */
  look(): void {
    const { framer, clock } = this.tools;
    const silentMs = clock.monotonic() - this.#heardMs;
    if (this.#isAtWork || silentMs < flushMs) return;
    if (framer.isWaiting) this.#queue(() => this.#handOver(framer.flush(), 0));
    else if (framer.isMidway && silentMs > midwayMsMax) this.#drop('slow');
  }

  get #isAtWork(): boolean {
    return this.#steps > 0 || this.#underWay.size > 0;
  }

  #queue(step: () => Promise<void>): void {
    this.#steps += 1;
    this.#work = this.#work
      .then(() => this.#guarded(step))
      .then(() => {
        this.#steps -= 1;
        this.#rested();
      });
  }

  #came(bytes: Buffer): void {
    if (!this.#hasBegun && beginsTls(bytes)) return this.#drop('bad_handshake');
    this.#hasBegun = true;
    const isLeased = this.#hasMemory(bytes.length);
    if (!isLeased) this.#unleased += 1;
    this.#waiting.push({ bytes, isLeased });
    this.#waitingBytes += bytes.length;
    if (!this.#hasRoom) this.socket.pause();
    this.#takeIfWorthIt();
  }

  get #hasRoom(): boolean {
    return this.#unleased === 0 && this.#waitingBytes + this.#takenBytes < bytesMax;
  }

  /** What waits is gathered as long as a step is at work, and while it is little and something is under way. */
  #takeIfWorthIt(): void {
    if (this.#steps === 0 && (this.#underWay.size === 0 || this.#waitingBytes >= batchBytes || !this.#hasRoom)) this.#take();
  }

  #take(): void {
    const chunks = this.#waiting;
    if (!chunks.length) return;
    this.#waiting = [];
    this.#takenBytes += this.#waitingBytes;
    this.#waitingBytes = 0;
    this.#queue(() => this.#framed(chunks));
  }

  /** Hands over what is complete with these chunks. Whoever waits for memory holds none but for what is handed over. */
  async #framed(chunks: readonly Chunk[]): Promise<void> {
    let messages: Framed[] = [];
    let held = 0;
    for (const { bytes, isLeased } of chunks) {
      if (!isLeased) {
        await this.#handOver(messages, held);
        [messages, held] = [[], 0];
        await this.#memory(bytes.length);
        this.#unleased -= 1;
      }
      held += bytes.length;
      for (const message of this.tools.framer.push(bytes)) messages.push(message);
    }
    await this.#handOver(messages, held);
  }

  /** Resolves when the messages are rows; `bytes` of their chunks are given back when these are durable. */
  #handOver(messages: readonly Framed[], bytes: number): Promise<void> {
    return new Promise((written) => {
      const durable: Promise<void> = this.#guarded(() => this.#give(messages, written)).then(() => {
        this.#underWay.delete(durable);
        this.tools.lease.give(bytes);
        this.#takenBytes -= bytes;
        written();
        this.#rested();
      });
      this.#underWay.add(durable);
    });
  }

  /** Something is done: there may be room for more, and what waits may be worth it now. */
  #rested(): void {
    this.#heardMs = this.tools.clock.monotonic();
    this.#takeIfWorthIt();
    if (this.#hasRoom) this.socket.resume();
  }

  async #give(messages: readonly Framed[], written: () => void): Promise<void> {
    if (!messages.length) return;
    const source = this.tools.source();
    if (source) await this.tools.take(messages, source, written);
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

  #drop(reason: ConnectionDrop): void {
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

/** Whether a connection begins with the first record of a handshake: no message does, and its sender waits for an answer that never comes. */
function beginsTls(bytes: Buffer): boolean {
  return bytes[0] === 0x16 && bytes[1] === 0x03;
}
