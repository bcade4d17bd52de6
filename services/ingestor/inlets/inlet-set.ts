import type { Listener } from '#libs/sources/source.js';
import { DatagramInlet } from './datagram-inlet.js';
import type { Inlet, InletTools } from './inlet.js';
import { StreamInlet } from './stream-inlet.js';

interface Opened {
  readonly inlet: Inlet;
  readonly name: string;
}

/** The listeners that are open: those of the sources in use. One that cannot be opened is tried again, and told. */
export class InletSet {
  /** By all that the file says of it. */
  readonly #open = new Map<string, Opened>();
  readonly #failures = new Map<string, string>();
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(private readonly tools: InletTools) {}

  /** Opens and closes until the listeners are those of the sources in use. Never rejects. */
  apply(): Promise<void> {
    this.#work = this.#work.then(() => this.#apply());
    return this.#work;
  }

  /** Why listeners are not open, for `ready`. */
  get trouble(): string | undefined {
    return this.#failures.size ? [...this.#failures.values()].join('; ') : undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
    await Promise.all([...this.#open.values()].map(({ inlet }) => inlet.close()));
    this.#open.clear();
  }

  async #apply(): Promise<void> {
    if (this.#isClosed) return;
    const wanted = new Map(this.tools.sources().file.listeners.map((listener) => [JSON.stringify(listener), listener]));
    for (const [key, { inlet, name }] of this.#open) {
      if (wanted.has(key)) {
        this.#renew(inlet, name);
        continue;
      }
      this.#open.delete(key);
      await inlet.close();
      this.tools.log.info('a listener was closed', { path: name });
    }
    for (const key of this.#failures.keys()) if (!wanted.has(key)) this.#failures.delete(key);
    for (const [key, listener] of wanted) if (!this.#open.has(key)) await this.#try(key, listener);
  }

  #renew(inlet: Inlet, name: string): void {
    try {
      inlet.renew();
    } catch (cause) {
      this.tools.log.error('the new certificate of a listener cannot be used; the one before is', { path: name, cause });
    }
  }

  async #try(key: string, listener: Listener): Promise<void> {
    const { name, port } = listener;
    try {
      const inlet =
        listener.transport === 'udp' ? new DatagramInlet(listener, this.tools) : new StreamInlet(listener, this.tools);
      await inlet.open();
      this.#open.set(key, { inlet, name });
      this.#failures.delete(key);
      this.tools.log.info('listening', { path: name, port });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'unknown cause';
      if (!this.#failures.has(key))
        this.tools.log.error('a listener cannot be opened and is tried again', { path: name, port, cause });
      this.#failures.set(key, `the listener ${name} is not open: ${why}`);
    }
  }
}
