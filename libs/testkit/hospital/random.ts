const { imul } = Math;

/**
 * Chance with a seed. Only whole-number arithmetic of 32 bits and exact operations on doubles (no logarithm, no sine), so that the same
 * seed gives the same numbers on every machine.
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Equal seed and stream give equal numbers; different streams of one seed do not influence one another. */
  constructor(seed: number, stream = '') {
    let first = (0x9e3779b9 ^ seed) >>> 0;
    let second = 0x811c9dc5;
    for (let i = 0; i < stream.length; i += 1) {
      first = imul(first ^ stream.charCodeAt(i), 0x01000193) >>> 0;
      second = imul(second ^ stream.charCodeAt(i), 0x5bd1e995) >>> 0;
    }
    this.#a = first;
    this.#b = seed >>> 0;
    this.#c = second;
    for (let i = 0; i < 12; i += 1) this.#next();
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.#next() / 2 ** 32;
  }
  /** Whole number in [low, high]. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }
  between(low: number, high: number): number {
    return low + this.unit() * (high - low);
  }
  /** True with a probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }
  /** One of them, all alike. */
  pick<T>(values: readonly T[]): T {
    return at(values, this.whole(0, values.length - 1));
  }
  /** One of them by weight. */
  weighted<const T>(values: readonly (readonly [T, number])[]): T {
    let rest = this.unit() * values.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of values) if ((rest -= weight) < 0) return value;
    return this.pick(values)[0];
  }
  /** Several of them without repetition, in the order of their choice. */
  some<T>(values: readonly T[], count: number): readonly T[] {
    const rest = [...values];
    const chosen: T[] = [];
    while (chosen.length < count && rest.length > 0) {
      const index = this.whole(0, rest.length - 1);
      chosen.push(at(rest, index));
      rest[index] = at(rest, rest.length - 1);
      rest.pop();
    }
    return chosen;
  }
  /** A wait of this mean, mostly short and at most three times as long: the square of a uniform, since E[3u^2] = 1. */
  wait(mean: number): number {
    const unit = this.unit();
    return 3 * unit * unit * mean;
  }
  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.whole(0, 15).toString(16)).join('');
  }

  /** sfc32, by C. Doty-Humphrey (PractRand). */
  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) >>> 0;
    this.#c = (this.#c + sum) >>> 0;
    return sum;
  }
}

/** A number of 32 bits that depends on all parts, without a state: which patient lies in this bed on that day. */
export function mix(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = imul(hash ^ (part | 0), 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** `mix` as a uniform in [0, 1). */
export function share(...parts: readonly number[]): number {
  return mix(...parts) / 2 ** 32;
}

/** The value at a place that must exist. Throws `RangeError`, which is a bug of the caller. */
export function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`nothing at ${index} of ${values.length}`);
  return value;
}
