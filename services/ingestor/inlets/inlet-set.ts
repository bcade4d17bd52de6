import type { Listener } from '#libs/sources/source.js';
import { DatagramInlet } from './datagram-inlet.js';
import type { Inlet, InletTools } from './inlet.js';
import { StreamInlet } from './stream-inlet.js';
import { Upkeep } from './upkeep.js';

interface Opened {
  readonly inlet: Inlet;
  readonly name: string;
}

/** The listeners that are open: those of the sources in use. One that cannot be opened is tried again, and told. */
export class InletSet {
  /** By all that the file says of it. */
  readonly #open = new Map<string, Opened>();
  readonly #upkeep = new Upkeep(() => this.#apply());
  #isClosed = false;

  constructor(private readonly tools: InletTools) {}

  /** Opens and closes until the listeners are those of the sources in use. Never rejects. */
  apply(): Promise<void> {
    return this.#upkeep.run();
  }

  get trouble(): string | undefined {
    return this.#upkeep.trouble;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#upkeep.rest();
    await Promise.all([...this.#open.values()].map(({ inlet }) => inlet.close()));
    this.#open.clear();
  }

  async #apply(): Promise<void> {
    if (this.#isClosed) return;
    const wanted = new Map(this.tools.sources().file.listeners.map((listener) => [JSON.stringify(listener), listener]));
    this.#upkeep.wanted(wanted);
    for (const [key, { inlet, name }] of this.#open) {
      if (wanted.has(key)) {
        this.#renew(inlet, name);
        continue;
      }
      this.#open.delete(key);
      await inlet.close();
      this.tools.log.info('a listener was closed', { path: name });
    }
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
      this.#upkeep.well(key);
      this.tools.log.info('listening', { path: name, port });
    } catch (cause) {
      if (this.#upkeep.failed(key, `the listener ${name} is not open`, cause))
        this.tools.log.error('a listener cannot be opened and is tried again', { path: name, port, cause });
    }
  }
}
