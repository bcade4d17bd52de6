import type { EventLog, JoinOptions, Membership, Reader, TopicPartition } from '../port.js';

/**
 * A log that is opened when it is first needed, so that a service can be put together, and answer for its health, while the log is away.
 * Every call waits for it; `close` gives up the waiting.
 */
export class AwaitedLog implements EventLog {
  readonly #closing = new AbortController();
  #opened: Promise<EventLog> | undefined;

  constructor(private readonly open: (signal: AbortSignal) => Promise<EventLog>) {}

  async partitions(topic: string): Promise<number> {
    return (await this.#log()).partitions(topic);
  }
  async append(at: TopicPartition, bytes: Buffer): Promise<number> {
    return (await this.#log()).append(at, bytes);
  }
  async join(options: JoinOptions, reader: Reader): Promise<Membership> {
    return (await this.#within(options.signal)).join(options, reader);
  }
  async close(): Promise<void> {
    this.#closing.abort(new Error('the log is closed'));
    await (await this.#opened?.catch(() => undefined))?.close();
  }

  /** The log, unless the signal aborts before it is there. */
  async #within(signal?: AbortSignal): Promise<EventLog> {
    if (!signal) return this.#log();
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    return Promise.race([this.#log(), aborted.promise]).finally(() => signal.removeEventListener('abort', abort));
  }

  #log(): Promise<EventLog> {
    if (this.#closing.signal.aborted && !this.#opened) return Promise.reject(new Error('the log is closed'));
    this.#opened ??= this.open(this.#closing.signal);
    return this.#opened;
  }
}
