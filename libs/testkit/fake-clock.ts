import type { Clock } from '#libs/runtime/clock.js';

interface Timer {
  readonly order: number;
  readonly run: () => void;
  at: number;
  /** Milliseconds to the next time; zero for once. */
  readonly everyMs: number;
}

/** Turns of the event loop after each timer, in which promises and immediate callbacks of the code under test settle. */
const turns = 3;

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #monotonic = 0;
  #wall: number;
  #created = 0;

  /** `wall` is the first `now()`, in milliseconds since 1970. */
  constructor(wall: number = Date.UTC(2026, 0, 5, 8)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }
  monotonic(): number {
    return this.#monotonic;
  }
  /** Timers that wait: what a test asserts to be none when everything should have ended. */
  get waiting(): number {
    return this.#timers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const aborted = () => {
        this.#timers.delete(timer);
        reject(signal?.reason as Error);
      };
      const timer = this.#add(ms, 0, () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      });
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  every(ms: number, post: () => void): () => void {
    if (!(ms > 0)) throw new RangeError(`every ${ms} ms would never end`);
    const timer = this.#add(ms, ms, post);
    return () => void this.#timers.delete(timer);
  }

  /** Goes on by `ms`: every timer that comes due runs at its own time, in order, and what it set off settles before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#monotonic + ms;
    await settle();
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#goTo(Math.max(this.#monotonic, next.at));
      if (next.everyMs > 0) next.at += next.everyMs;
      else this.#timers.delete(next);
      next.run();
      await settle();
    }
    this.#goTo(until);
  }

  /** Somebody sets the wall clock: no timer runs earlier or later for it. */
  setWall(ms: number): void {
    this.#wall = ms;
  }

  #add(ms: number, everyMs: number, run: () => void): Timer {
    this.#created += 1;
    const timer = { order: this.#created, at: this.#monotonic + Math.max(0, ms), everyMs, run };
    this.#timers.add(timer);
    return timer;
  }

  #next(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers)
      if (timer.at <= until && (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order))) next = timer;
    return next;
  }

  #goTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}

/** Lets promises, and callbacks of `setImmediate`, come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
