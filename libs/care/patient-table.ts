/** A pseudonym as four words of 32 bits. The object is used again. */
export class PatientKey {
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;

  /** Takes 32 hexadecimal digits; false for anything else. */
  set(text: string): boolean {
    if (text.length !== digits) return false;
    this.w0 = wordOf(text, 0);
    this.w1 = wordOf(text, 8);
    this.w2 = wordOf(text, 16);
    this.w3 = wordOf(text, 24);
    return this.w0 >= 0 && this.w1 >= 0 && this.w2 >= 0 && this.w3 >= 0;
  }

  toString(): string {
    return [this.w0, this.w1, this.w2, this.w3].map((word) => word.toString(16).padStart(8, '0')).join('');
  }
}

const digits = 32;

function wordOf(text: string, from: number): number {
  let word = 0;
  for (let at = from; at < from + 8; at += 1) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit < 0) return -1;
    word = (word << 4) | digit;
  }
  return word >>> 0;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

const wordsOfKey = 4;
const sizeMin = 1024;

/** Numbers patients from 1, exactly: all 128 bits are compared. 16 bytes of key and 4 of place for each, and room for growth. */
export class PatientTable {
  #slots = new Uint32Array(sizeMin);
  #keys = new Uint32Array((sizeMin / 2) * wordsOfKey);
  #count = 0;

  /** Patients that have a number. */
  get count(): number {
    return this.#count;
  }
  /** Numbers that fit before it has to grow. */
  get room(): number {
    return this.#slots.length / 2 - this.#count - 1;
  }
  get bytes(): number {
    return this.#slots.byteLength + this.#keys.byteLength;
  }

  /** The number of a patient, 0 where it has none. */
  find(key: PatientKey): number {
    return this.#slots[this.#slotOf(key)] ?? 0;
  }

  /** The number of a patient, a new one where it has none. */
  add(key: PatientKey): number {
    if (this.room <= 0) this.grow();
    const slot = this.#slotOf(key);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0) return known;
    this.#count += 1;
    this.#slots[slot] = this.#count;
    const at = this.#count * wordsOfKey;
    this.#keys[at] = key.w0;
    this.#keys[at + 1] = key.w1;
    this.#keys[at + 2] = key.w2;
    this.#keys[at + 3] = key.w3;
    return this.#count;
  }

  /** Sets `key` to the patient of a number. */
  read(number: number, key: PatientKey): void {
    const at = number * wordsOfKey;
    key.w0 = this.#keys[at] ?? 0;
    key.w1 = this.#keys[at + 1] ?? 0;
    key.w2 = this.#keys[at + 2] ?? 0;
    key.w3 = this.#keys[at + 3] ?? 0;
  }

  /** Pseudonyms are as good as random, so that a part of one is a hash. */
  #slotOf({ w0, w1, w2, w3 }: PatientKey): number {
    const slots = this.#slots;
    const keys = this.#keys;
    const mask = slots.length - 1;
    for (let slot = w3 & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] ?? 0;
      if (number === 0) return slot;
      const at = number * wordsOfKey;
      if (keys[at] === w0 && keys[at + 1] === w1 && keys[at + 2] === w2 && keys[at + 3] === w3) return slot;
    }
  }

  /** Makes room for twice as many. */
  grow(): void {
    const keys = this.#keys;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    this.#keys = new Uint32Array(keys.length * 2);
    this.#keys.set(keys);
    const key = new PatientKey();
    for (let number = 1; number <= this.#count; number += 1) {
      this.read(number, key);
      let slot = key.w3 & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = number;
    }
  }
}
