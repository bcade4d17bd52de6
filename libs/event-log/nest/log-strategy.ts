import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Clock } from '#libs/runtime/clock.js';
import type { Bounds, EventLog, Frame, Join, JoinOptions, Membership, Reader, TopicPartition } from '../port.js';
import { LogContext } from './log-context.js';
import { assigned, poison, revoked } from './log-patterns.js';

/** How long the end waits for what is in hand, in milliseconds: whoever reads next repeats the rest. */
const stopMsMax = 15_000;

export interface LogStrategyOptions {
  readonly log: Pick<EventLog, 'join'>;
  readonly clock: Clock;
  /**
   * Prepares what has to be there before the first frame and joins the groups by the given `join`, in which the handlers are the reader.
   * It may wait for as long as it takes: requests are answered meanwhile. `ended` rejects with what a member could not survive.
   */
  readonly start: (join: Join) => Promise<{ readonly ended: Promise<unknown> }>;
  /** Finishes what is in hand and leaves the groups. Called while `start` still waits, too: it must then give up. */
  readonly stop: () => Promise<void>;
  /** Told once of what reading could not survive. */
  readonly failed: (cause: unknown) => void;
}

/**
 * The event log as a transport of Nest: `@EventPattern(topic)` handlers take frames, many in one call, and the calls of a `Reader` around
 * them have patterns of their own (`log-patterns.ts`). Order, back-pressure, retries and poison are those of the port: a handler's promise
 * is the reader's, and what it throws is thrown, because both its answer and the stream that Nest makes of an error are waited for.
 */
export class LogStrategy extends Server implements CustomTransportStrategy {
  /** What a handler throws goes to the adapter, which retries or sets aside; Nest need not log it as well. */
  override readonly propagatesEventHandlerErrors = true;
  #closing: Promise<void> | undefined;

  constructor(private readonly options: LogStrategyOptions) {
    super();
  }

  /** Calls back when every group was joined, or with the reason why none can be. */
  async listen(callback: (cause?: unknown) => void): Promise<void> {
    let cannot: unknown;
    try {
      const { ended } = await this.options.start((joining) => this.#join(joining));
      ended.catch((cause: unknown) => this.#fail(cause));
    } catch (cause) {
      if (!this.#closing) cannot = cause;
    }
    callback(cannot);
  }

  /** Whichever way the end began, and in whatever order hooks run: leaves once, after what is in hand. Rejects when that takes too long. */
  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  /** There is nothing to listen to: what ends the reading is told to `failed`. */
  on(): never {
    throw new Error('the event log has no events of a client library: give `failed` in the options');
  }
  unwrap<T>(): T {
    throw new Error('there is no server behind the event log: inject the log itself');
  }

  async #leave(): Promise<void> {
    const { clock, stop } = this.options;
    const left = new AbortController();
    const late = clock.sleep(stopMsMax, left.signal).then(
      () => true,
      () => false,
    );
    const done = stop().finally(() => left.abort());
    if (await Promise.race([late, done.then(() => false)]))
      throw new Error(`what was in hand was not finished within ${stopMsMax / 1000} s; whoever reads next repeats it`);
    await done;
  }

  async #join(options: JoinOptions): Promise<Membership> {
    for (const topic of options.topics)
      if (!this.getHandlerByPattern(topic))
        throw new Error(`nothing handles frames of ${topic}: @EventPattern('${topic}') is missing`);
    return this.options.log.join(options, this.#readerOf(options.group));
  }

  #readerOf(group: string): Reader {
    return {
      assigned: async (at: TopicPartition, held: Bounds) =>
        (await this.#call<number | 'committed' | 'earliest'>(assigned(at.topic), held, { group, at, held })) ?? 'committed',
      frames: async (at: TopicPartition, frames: readonly Frame[], signal: AbortSignal) => {
        await this.#call(at.topic, frames, { group, at, signal });
      },
      poison: async (at: TopicPartition, frame: Frame, cause: unknown) => {
        if (!this.getHandlerByPattern(poison(at.topic))) throw cause;
        await this.#call(poison(at.topic), frame, { group, at, cause });
      },
      revoked: async (at: TopicPartition) => {
        await this.#call(revoked(at.topic), undefined, { group, at });
      },
    };
  }

  /** A handler's answer; undefined where nobody handles the pattern. A failed handler answers with a stream that fails, not by rejecting. */
  async #call<T>(pattern: string, data: unknown, call: ConstructorParameters<typeof LogContext>[0][0]): Promise<T | undefined> {
    const handler = this.getHandlerByPattern(pattern);
    if (!handler) return undefined;
    const answer: unknown = await handler(data, new LogContext([call]));
    return (isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer) as T | undefined;
  }

  #fail(cause: unknown): void {
    if (!this.#closing) this.options.failed(cause);
  }
}
