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

/**
 * One TCP or TLS connection: what comes is read only while what came before is durable and memory can be had, so that a full ingestor slows
 * its senders down instead of growing.
 */
export class StreamConnection {
  #heardMs: number;
  #work: Promise<void> = Promise.resolve();
  /** Steps that wait for their turn or are at work. */
  #steps = 0;
  #isClean = false;

  constructor(
    private readonly socket: Socket,
    private readonly tools: ConnectionTools,
  ) {
    this.#heardMs = tools.clock.monotonic();
    socket.on('data', (chunk: Buffer) => this.#queue(() => this.#chunk(chunk)));
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
    this.socket.pause();
    this.#steps += 1;
    this.#work = this.#work.then(() => this.#guarded(step));
    void this.#work.then(() => {
      this.#steps -= 1;
      this.#heardMs = this.tools.clock.monotonic();
      if (this.#steps === 0) this.socket.resume();
    });
  }

  async #chunk(chunk: Buffer): Promise<void> {
    await this.#memory(chunk.length);
    try {
      await this.#give(this.tools.framer.push(chunk));
    } finally {
      this.tools.lease.give(chunk.length);
    }
  }

  async #give(messages: readonly Framed[]): Promise<void> {
    if (!messages.length) return;
    const source = this.tools.source();
    if (source) await this.tools.take(messages, source);
    else this.#drop('unknown_sender');
  }

  /** Waits until the budget has room. */
  async #memory(bytes: number): Promise<void> {
    for (;;) {
      try {
        return this.tools.lease.take(bytes);
      } catch (cause) {
        if (!(cause instanceof HttpRefusal)) throw cause;
        await this.tools.clock.sleep(memoryWaitMs, this.tools.signal);
      }
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
