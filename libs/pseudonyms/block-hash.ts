import { createHmac } from 'node:crypto';
import type { GroupKeys } from './key-ring.js';

/** Numbers of a hundred lie in one block. */
const blockSize = 100;
/** So many digits are a number exactly, without their block's. */
const exactDigits = 15;
const numeric = /^\d{1,18}$/;
const hexDigits = 16;
/** Blocks remembered of a day. */
const blocksMax = 50_000;
/** Days whose keys are at hand: late rows belong to earlier ones. */
const daysMax = 4;

interface Day {
  readonly key: Buffer;
  /** By clinic, and the number of the block: a text of both, made for every access, would cost more than all the rest. */
  readonly clinics: Map<string, Map<number | string, string>>;
  count: number;
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
    const number = blockOf(identifier);
    if (number === undefined) return undefined;
    const known = this.#dayOf(day);
    const blocks = known.clinics.get(clinicId);
    return blocks?.get(number) ?? this.#make(known, clinicId, number);
  }

  #make(day: Day, clinicId: string, number: number | string): string {
    const block = createHmac('sha256', day.key).update(`${clinicId}\0${number}`).digest('hex').slice(0, hexDigits);
    if (day.count >= blocksMax) {
      day.clinics.clear();
      day.count = 0;
    }
    const blocks = day.clinics.get(clinicId) ?? new Map<number | string, string>();
    day.clinics.set(clinicId, blocks.set(number, block));
    day.count += 1;
    return block;
  }

  #dayOf(day: number): Day {
    const known = this.#days.get(day);
    if (known) return known;
    const [oldest] = this.#days.keys();
    if (this.#days.size >= daysMax && oldest !== undefined) this.#days.delete(oldest);
    const made = { key: this.keys.blockKey(day), clinics: new Map<string, Map<number | string, string>>(), count: 0 };
    this.#days.set(day, made);
    return made;
  }
}

/** The number of the block in which a number lies, as text where it is too large to be one; undefined for what is no number. */
function blockOf(identifier: string): number | string | undefined {
  if (identifier.length > exactDigits || identifier === '') {
    if (!numeric.test(identifier)) return undefined;
    const digits = identifier.slice(0, -2).replace(/^0+(?=\d)/, '');
    return digits.length > exactDigits ? digits : Number(digits);
  }
  let number = 0;
  for (let at = 0; at < identifier.length; at += 1) {
    const digit = identifier.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return Math.floor(number / blockSize);
}
