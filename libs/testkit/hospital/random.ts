/** Seeded chance: sfc32 (a small, well-mixed generator), the same on every machine. */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Equal seed and stream give equal numbers; different streams of one seed do not influence one another. */
  constructor(seed: number, stream = '') {
    let hash = (0x9e3779b9 ^ seed) >>> 0;
    for (let i = 0; i < stream.length; i += 1) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193) >>> 0;
    this.#a = hash;
    this.#b = seed >>> 0;
    this.#c = stream.length;
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
  /** True with a probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }
  /** One of them, all alike. */
  pick<T>(values: readonly T[]): T {
    const value = values[this.whole(0, values.length - 1)];
    if (value === undefined) throw new RangeError('there is nothing to pick from');
    return value;
  }
  /** One of them by weight. */
  weighted<T>(values: readonly (readonly [T, number])[]): T {
    let rest = this.unit() * values.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of values) if ((rest -= weight) < 0) return value;
    return this.pick(values)[0];
  }
  /** A gap of a Poisson process, in the unit of its mean. */
  gap(mean: number): number {
    return -Math.log(1 - this.unit()) * mean;
  }
  /** Normal, by the sum of twelve uniforms. */
  around(mean: number, deviation: number): number {
    let sum = -6;
    for (let i = 0; i < 12; i += 1) sum += this.unit();
    return mean + sum * deviation;
  }
  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.whole(0, 15).toString(16)).join('');
  }

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
