import type { Milliseconds } from '../scan/kinds.js';

const words = 6;
const word32 = 4_294_967_296;

/** What stands for an access of the account among those that came late. */
export function accessKey(time: Milliseconds, v0: number, v1: number, v2: number, v3: number): string {
  return `${time} ${v0} ${v1} ${v2} ${v3}`;
}

/** Accesses that came late, one behind the other in words: texts are made of them where they are asked for. One that comes again is there twice. */
export class LateList {
  #words = new Uint32Array(words);
  #count = 0;

  static of(keys: readonly string[]): LateList {
    const list = new LateList();
    for (const key of keys) {
      const [time = 0, v0 = 0, v1 = 0, v2 = 0, v3 = 0] = key.split(' ').map(Number);
      list.add(time, v0, v1, v2, v3);
    }
    return list;
  }

  get count(): number {
    return this.#count;
  }

  /** `time`: event time in ms; then the patient. */
  add(time: Milliseconds, v0: number, v1: number, v2: number, v3: number): void {
    const at = this.#count * words;
    if (at === this.#words.length) {
      const larger = new Uint32Array(2 * at);
      larger.set(this.#words);
      this.#words = larger;
    }
    const into = this.#words;
    into[at] = v0;
    into[at + 1] = v1;
    into[at + 2] = v2;
    into[at + 3] = v3;
    into[at + 4] = time;
    into[at + 5] = Math.floor(time / word32);
    this.#count += 1;
  }

  /** Those that are there, each once (`accessKey`). */
  keys(): Set<string> {
    const keys = new Set<string>();
    for (let at = 0; at < this.#count * words; at += words) {
      const [v0 = 0, v1 = 0, v2 = 0, v3 = 0, low = 0, high = 0] = this.#words.subarray(at, at + words);
      keys.add(accessKey(high * word32 + low, v0, v1, v2, v3));
    }
    return keys;
  }
}
