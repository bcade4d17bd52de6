import { byteClasses, fieldNames, type LineScan, stringClass } from './scan-line.js';

/** Fields that hold text of people, where an own identifier could hide. The record id is kept nowhere. */
const textFields = ['actor_role', 'purpose', 'source_ip', 'device', 'user_agent', 'session_id', 'auth', 'application'].map(
  (name) => fieldNames.indexOf(name),
);
/** Bytes of texts times patients that are compared here; more of them take the other way, which does not compare each with each. */
const comparedMax = 16 * 1024;

/** Classes that no text has. */
const impossible = -1;

/** What a byte of a text may begin. */
const Begins = { identifier: 1, packed0: 2, packed1: 4, packed2: 8 } as const;
/** Fewer bytes are not looked for in base64. */
const packedBytesMin = 4;
/** Zeros in front are left out where so many characters stay. */
const bareLengthMin = 2;
/** Begins a letter such as `é`, of which the text without accents has one. */
const accented = 0xc3;

const base64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
/** Letters in lower case and digits as they are; zero for every other byte. */
const folded = Uint8Array.from({ length: 256 }, (_, byte) => {
  if ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a)) return byte;
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : 0;
});

/**
 * Looks for identifiers in texts as bytes, in one pass for all spellings of one: rather once too often than too rarely, since what it finds
 * goes to `mask.ts`, which decides. Letters in either case, signs between, leading zeros; and base64, by four characters that do not depend
 * on what stands before the identifier.
 */
export class Probe {
  readonly #begins = new Uint8Array(256);
  readonly #word = new Uint8Array(256);
  #length = 0;
  #isLoose = true;
  #packed0 = 0;
  #packed1 = 0;
  #packed2 = 0;
  /** The classes that a text must have in which the identifier stands, as it is and in base64 behind nothing, one byte and two. */
  #needs = 0;
  #needs0 = impossible;
  #needs1 = impossible;
  #needs2 = impossible;

  /** Whether an identifier of a line's patients may stand in a text of it: then it has to be masked there. */
  finds(scan: LineScan, bytes: Uint8Array, view: DataView): boolean {
    const { starts, ends, classes, patients, patientStarts, patientEnds } = scan;
    if (scan.hides) return true;
    let textBytes = 0;
    for (const text of textFields) if (ends[text] !== 0) textBytes += (ends[text] ?? 0) - (starts[text] ?? 0);
    if (textBytes * patients > comparedMax) return true;
    for (let patient = 0; patient < patients; patient += 1) {
      this.#set(bytes, patientStarts[patient] ?? 0, patientEnds[patient] ?? 0);
      for (const text of textFields) {
        const end = ends[text] ?? 0;
        if (end === 0 || !this.#mayStandInClass(classes[text] ?? 0)) continue;
        if (this.#mayStandIn(bytes, view, starts[text] ?? 0, end)) return true;
      }
    }
    return false;
  }

  /** The identifier that is looked for from now on, ASCII. */
  #set(bytes: Uint8Array, start: number, end: number): void {
    this.#begins.fill(0);
    let length = 0;
    let needs = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      const unit = folded[byte] ?? 0;
      if (unit === 0) continue;
      this.#word[length++] = unit;
      needs |= byteClasses[byte] ?? 0;
    }
    // Zeros in front may be left out.
    this.#needs = needs & ~(byteClasses[0x30] ?? 0);
    this.#needs0 = this.#needs1 = this.#needs2 = impossible;
    this.#isLoose = length > 0;
    if (!this.#isLoose) for (let at = start; at < end; at += 1) this.#word[length++] = bytes[at] ?? 0;
    const zeros = this.#zeros(length);
    if (zeros > 0) this.#word.copyWithin(0, zeros, length);
    this.#length = length - zeros;
    this.#begin(this.#word[0] ?? 0, Begins.identifier);
    if (this.#isLoose) this.#pack(bytes, start, end);
  }

  /** Whether the identifier may stand in a text of these classes: cheap, and says no to most. */
  #mayStandInClass(classes: number): boolean {
    return (
      (classes & this.#needs) === this.#needs ||
      // Letters with accents have no bits of those without.
      (classes & stringClass.wide) !== 0 ||
      (classes & this.#needs0) === this.#needs0 ||
      (classes & this.#needs1) === this.#needs1 ||
      (classes & this.#needs2) === this.#needs2
    );
  }

  /** Whether the identifier may stand in the text at `start` to `end`. `view` is of the same bytes. */
  #mayStandIn(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    for (let at = start; at < end; at += 1) {
      const begins = this.#begins[bytes[at] ?? 0] ?? 0;
      if (begins === 0) continue;
      if ((begins & Begins.identifier) !== 0 && this.#standsAt(bytes, at, end)) return true;
      if (begins > Begins.identifier && at + 4 <= end && this.#isPacked(view.getInt32(at), begins)) return true;
    }
    return false;
  }

  #isPacked(word: number, begins: number): boolean {
    return (
      ((begins & Begins.packed0) !== 0 && word === this.#packed0) ||
      ((begins & Begins.packed1) !== 0 && word === this.#packed1) ||
      ((begins & Begins.packed2) !== 0 && word === this.#packed2)
    );
  }

  #standsAt(bytes: Uint8Array, from: number, end: number): boolean {
    let found = 0;
    for (let at = from; at < end && found < this.#length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === accented) {
        found += 1;
        at += 1;
        continue;
      }
      const unit = this.#isLoose ? folded[byte] : byte;
      if (unit === this.#word[found]) found += 1;
      else if (unit !== 0 || !this.#isLoose) return false;
    }
    return found === this.#length;
  }

  #zeros(length: number): number {
    if (!this.#isLoose) return 0;
    let zeros = 0;
    while (this.#word[zeros] === 0x30 && zeros < length) zeros += 1;
    return length - zeros < bareLengthMin ? 0 : zeros;
  }

  /** The first four characters of the base64 of the identifier, behind nothing, one byte and two bytes, that are its own alone. */
  #pack(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (bytes[at] === 0x30 && at < end) at += 1;
    if (end - at < packedBytesMin) at = start;
    if (end - at < packedBytesMin) return;
    const a = bytes[at] ?? 0;
    const b = bytes[at + 1] ?? 0;
    const c = bytes[at + 2] ?? 0;
    const d = bytes[at + 3] ?? 0;
    this.#packed0 = this.#remember(a >> 2, (a << 4) | (b >> 4), (b << 2) | (c >> 6), c, Begins.packed0);
    this.#packed1 = this.#remember((a << 2) | (b >> 6), b, c >> 2, (c << 4) | (d >> 4), Begins.packed1);
    this.#packed2 = this.#remember(a, b >> 2, (b << 4) | (c >> 4), (c << 2) | (d >> 6), Begins.packed2);
    this.#needs0 = classesOf(this.#packed0);
    this.#needs1 = classesOf(this.#packed1);
    this.#needs2 = classesOf(this.#packed2);
  }

  #remember(w: number, x: number, y: number, z: number, kind: number): number {
    const first = base64[w & 63] ?? 0;
    this.#begins[first] = (this.#begins[first] ?? 0) | kind;
    return (first << 24) | ((base64[x & 63] ?? 0) << 16) | ((base64[y & 63] ?? 0) << 8) | (base64[z & 63] ?? 0);
  }

  #begin(unit: number, kind: number): void {
    this.#begins[unit] = kind;
    if (unit >= 0x61 && unit <= 0x7a) this.#begins[unit - 0x20] = kind;
    this.#begins[accented] = kind;
  }
}

/** The classes of four ASCII characters. */
function classesOf(word: number): number {
  let classes = 0;
  for (let shift = 0; shift < 32; shift += 8) classes |= byteClasses[(word >>> shift) & 0xff] ?? 0;
  return classes;
}
