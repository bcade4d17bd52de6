import { createHmac } from 'node:crypto';
import type { GroupKeys } from './key-ring.js';

/** Numbers of a hundred lie in one block: what falls from the end of a number. */
const digitsOfBlock = 2;
const numeric = /^\d{1,18}$/;
const hexDigits = 16;
/** Blocks remembered of a day. */
const blocksMax = 50_000;
/** Days whose keys are at hand: late rows belong to earlier ones. */
const daysMax = 4;

interface Day {
  readonly key: Buffer;
  readonly blocks: Map<string, string>;
}

/**
 * `id_block` of the patients of one group: 64 bits of an HMAC-SHA-256 under the day's key over clinic and floor(number / 100). Only numbers have
 * blocks. It says that two patients of one clinic and day are neighbours in its numbering, and nothing else: no order, no number, no other day.
 */
export class BlockHash {
  readonly #days = new Map<number, Day>();

  constructor(private readonly keys: Pick<GroupKeys, 'blockKey'>) {}

  /** 16 hexadecimal digits; undefined for an identifier that is no number. `identifier` must be canonical, `day` is that of the access. */
  of(clinicId: string, identifier: string, day: number): string | undefined {
    if (!numeric.test(identifier)) return undefined;
    const number = identifier.replace(/^0+(?=\d)/, '');
    const name = `${clinicId}\0${number.slice(0, -digitsOfBlock) || '0'}`;
    const { key, blocks } = this.#dayOf(day);
    const known = blocks.get(name);
    if (known !== undefined) return known;
    const block = createHmac('sha256', key).update(name).digest('hex').slice(0, hexDigits);
    if (blocks.size >= blocksMax) blocks.clear();
    blocks.set(name, block);
    return block;
  }

  #dayOf(day: number): Day {
    const known = this.#days.get(day);
    if (known) return known;
    const [oldest] = this.#days.keys();
    if (this.#days.size >= daysMax && oldest !== undefined) this.#days.delete(oldest);
    const made = { key: this.keys.blockKey(day), blocks: new Map<string, string>() };
    this.#days.set(day, made);
    return made;
  }
}
