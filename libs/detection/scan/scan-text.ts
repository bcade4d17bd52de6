import { outside } from './outside.js';

/** What the row scanner is made of: comparing with known bytes and finding the end of a string, four bytes at a time. */
export const quote = 0x22;
export const backslash = 0x5c;
export const comma = 0x2c;
export const closeBrace = 0x7d;
const highBits = 0x80808080 | 0;

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Known bytes, 4 to 20, as five little-endian words that may overlap: a comparison is five loads, without a loop to mispredict. */
export class Literal {
  readonly length: number;
  readonly #w0: number;
  readonly #w1: number;
  readonly #w2: number;
  readonly #w3: number;
  readonly #w4: number;
  readonly #a1: number;
  readonly #a2: number;
  readonly #a3: number;
  readonly #a4: number;

  constructor(text: string) {
    const bytes = ascii(text);
    if (bytes.length < 4 || bytes.length > 20) throw new RangeError(`a literal has 4 to 20 bytes: ${text}`);
    const view = viewOf(bytes);
    this.length = bytes.length;
    this.#a4 = bytes.length - 4;
    this.#a1 = Math.min(4, this.#a4);
    this.#a2 = Math.min(8, this.#a4);
    this.#a3 = Math.min(12, this.#a4);
    this.#w0 = view.getInt32(0, true);
    this.#w1 = view.getInt32(this.#a1, true);
    this.#w2 = view.getInt32(this.#a2, true);
    this.#w3 = view.getInt32(this.#a3, true);
    this.#w4 = view.getInt32(this.#a4, true);
  }

  isAt(view: DataView, at: number): boolean {
    return (
      at + this.length <= view.byteLength &&
      view.getInt32(at, true) === this.#w0 &&
      view.getInt32(at + this.#a1, true) === this.#w1 &&
      view.getInt32(at + this.#a2, true) === this.#w2 &&
      view.getInt32(at + this.#a3, true) === this.#w3 &&
      view.getInt32(at + this.#a4, true) === this.#w4
    );
  }
}

/** Several fields that were read before, with what they were read as. */
export class Stretch {
  readonly length: number;
  readonly #words: Int32Array;
  readonly #last: number;

  /** `first` and `second` are what the reader wants back: positions from the beginning of the stretch, or values. */
  constructor(
    bytes: Uint8Array,
    readonly first: number,
    readonly second: number,
  ) {
    const view = viewOf(bytes);
    this.length = bytes.length;
    this.#words = Int32Array.from({ length: (bytes.length - 1) >> 2 }, (_, word) => view.getInt32(word * 4, true));
    this.#last = view.getInt32(bytes.length - 4, true);
  }

  isAt(view: DataView, at: number): boolean {
    const end = at + this.length - 4;
    if (end + 4 > view.byteLength) return false;
    const words = this.#words;
    for (let word = 0; word < words.length; word += 1) if (view.getInt32(at + word * 4, true) !== words[word]) return false;
    return view.getInt32(end, true) === this.#last;
  }
}
const stretchSlots = 32;
/** A longer stretch is not kept. */
const stretchBytesMax = 256;

/** Stretches that rows repeat, one for each letter that their first value may begin with: feeds have few groups, sources and actions. */
export class Stretches {
  readonly #known: (Stretch | undefined)[] = Array.from({ length: stretchSlots }, () => undefined);

  /** `keyLength`: where the value whose first letter tells stretches apart begins. */
  constructor(private readonly keyLength: number) {}

  /** The stretch that stands at `at`, or undefined. */
  at(bytes: Uint8Array, view: DataView, at: number): Stretch | undefined {
    const known = this.#known[(bytes[at + this.keyLength] ?? outside()) & (stretchSlots - 1)];
    return known?.isAt(view, at) ? known : undefined;
  }

  keep(bytes: Uint8Array, start: number, end: number, first: number, second: number): void {
    if (end - start < 4 || end - start > stretchBytesMax) return;
    const slot = (bytes[start + this.keyLength] ?? outside()) & (stretchSlots - 1);
    this.#known[slot] = new Stretch(bytes.subarray(start, end), first, second);
  }
}

/** The first byte from `from` on that does not stand for itself inside a string: a quote, a backslash, a control or one beyond ASCII. */
export function endOfRun(bytes: Uint8Array, view: DataView, from: number): number {
  let at = from;
  for (const last = view.byteLength - 4; at <= last; at += 4) {
    const word = view.getInt32(at, true);
    // Quote and controls together are what lies below 0x21 once bit 1 is turned; the lowest bit set is exact, those above may be not.
    const low = word ^ 0x02020202;
    const slash = word ^ 0x5c5c5c5c;
    const marks = (((low - 0x21212121) & ~low) | ((slash - 0x01010101) & ~slash) | word) & highBits;
    if (marks !== 0) return at + ((31 - Math.clz32(marks & -marks)) >> 3);
  }
  while (special[bytes[at] ?? outside()] === 0) at += 1;
  return at;
}

/** 0 for bytes that stand for themselves inside a string; beyond the end of an array 0 is read, which is special. */
const special = new Uint8Array(256).map((_, byte) =>
  byte < 0x20 || byte === quote || byte === backslash || byte >= 0x80 ? 1 : 0,
);

/** Where the string that begins at `from` ends (its closing quote), or -1 where it holds what a plain scan must not decide upon. */
export function endOfPlain(bytes: Uint8Array, view: DataView, from: number, canonical: boolean): number {
  const at = endOfRun(bytes, view, from);
  if (bytes[at] === quote) return at;
  return canonical ? endOfCanonical(bytes, at) : -1;
}

/** The same in a line that `JSON.stringify` has written: escapes and bytes beyond ASCII are as they must be. */
function endOfCanonical(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === quote) return at;
    if (bytes[at] === backslash) at += 1;
  }
  return -1;
}

export function startsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Words of a vocabulary by (length, first letter), which is unambiguous in each of ours. */
export class Words {
  readonly #byShape = new Int8Array(1024).fill(-1);
  readonly #bytes: readonly Uint8Array[];

  constructor(words: readonly string[]) {
    this.#bytes = words.map(ascii);
    this.#bytes.forEach((word, index) => {
      const shape = shapeOf(word.length, word[0] ?? outside());
      if (this.#byShape[shape] !== -1) throw new Error(`two words of a vocabulary look alike: ${words.join(', ')}`);
      this.#byShape[shape] = index;
    });
  }

  /** The index of the word in `bytes[start, end)`, or -1. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length === 0 || length > 31) return -1;
    const index = this.#byShape[shapeOf(length, bytes[start] ?? outside())] ?? -1;
    const word = this.#bytes[index];
    return word && startsWith(bytes, start, word) ? index : -1;
  }
}
function shapeOf(length: number, first: number): number {
  return (length << 5) | (first & 31);
}

/** Two hexadecimal digits, as they lie in 16 little-endian bits, to their byte; -1 where one is none. */
const hexPair = new Int16Array(65_536).fill(-1);
for (let byte = 0; byte < 256; byte += 1) {
  const [high = 0, low = 0] = ascii(byte.toString(16).padStart(2, '0'));
  hexPair[high | (low << 8)] = byte;
}

/** 8 lower-case hexadecimal digits as 32 bits; where one is none, -1. The caller has seen that they lie within the view. */
export function hexWord(view: DataView, at: number): number {
  const p0 = hexPair[view.getUint16(at, true)] ?? -1;
  const p1 = hexPair[view.getUint16(at + 2, true)] ?? -1;
  const p2 = hexPair[view.getUint16(at + 4, true)] ?? -1;
  const p3 = hexPair[view.getUint16(at + 6, true)] ?? -1;
  if ((p0 | p1 | p2 | p3) < 0) return -1;
  return ((p0 << 24) | (p1 << 16) | (p2 << 8) | p3) >>> 0;
}
