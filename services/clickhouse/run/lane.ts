import { exception } from '../engine/exception.js';

interface Waiting {
  readonly owner: string;
  readonly start: () => void;
}

/**
 * A bounded number of places with a bounded queue before them. Readers, services and writers have each their own, so that no query of a person
 * can hold up an insert; and of each lane one owner has a part only, so that no person can hold up another.
 */
export class Lane {
  #running = 0;
  /** Places by owner. */
  readonly #held = new Map<string, number>();
  readonly #waiting: Waiting[] = [];

  constructor(
    readonly name: 'read' | 'service' | 'write',
    private readonly placesMax: number,
    private readonly waitingMax: number,
    private readonly ownerPlacesMax = placesMax,
  ) {}

  get running(): number {
    return this.#running;
  }
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Runs `work` when there is a place for its owner. Rejects with code 202 when the queue, or the owner's half of it, is full, with the signal's
   * reason when it aborts while waiting.
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>, owner = ''): Promise<T> {
    await this.#enter(signal, owner);
    try {
      return await work();
    } finally {
      this.#leave(owner);
    }
  }

  #enter(signal: AbortSignal, owner: string): Promise<void> {
    signal.throwIfAborted();
    if (this.#hasPlace(owner)) {
      this.#take(owner);
      return Promise.resolve();
    }
    this.#refuseWhenFull(owner);
    return new Promise((resolve, reject) => {
      const place = { owner, start: resolve };
      this.#waiting.push(place);
      signal.addEventListener(
        'abort',
        () => {
          const at = this.#waiting.indexOf(place);
          if (at >= 0) this.#waiting.splice(at, 1);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  #refuseWhenFull(owner: string): void {
    const own = this.#waiting.filter((one) => one.owner === owner).length;
    const isShared = this.ownerPlacesMax < this.placesMax;
    if (this.#waiting.length < this.waitingMax && !(isShared && own >= Math.ceil(this.waitingMax / 2))) return;
    throw exception(
      202,
      'TOO_MANY_SIMULTANEOUS_QUERIES',
      `Too many simultaneous queries. ${this.#running} run and ${this.#waiting.length} wait (${this.name}); try again in a moment`,
    );
  }

  #hasPlace(owner: string): boolean {
    return this.#running < this.placesMax && (this.#held.get(owner) ?? 0) < this.ownerPlacesMax;
  }

  #take(owner: string): void {
    this.#running += 1;
    this.#held.set(owner, (this.#held.get(owner) ?? 0) + 1);
  }

  #leave(owner: string): void {
    this.#running -= 1;
    const left = (this.#held.get(owner) ?? 1) - 1;
    if (left > 0) this.#held.set(owner, left);
    else this.#held.delete(owner);
    const at = this.#waiting.findIndex((one) => this.#hasPlace(one.owner));
    const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (!next) return;
    this.#take(next.owner);
    next.start();
  }
}
