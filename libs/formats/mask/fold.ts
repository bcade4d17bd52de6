/** A text without what differs between the spellings of one identifier, and where each unit of it came from. */
export interface Folded {
  readonly units: readonly number[];
  /** Where in the text each unit begins and ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Characters of the text before each unit, percent escapes as the characters that they stand for: what lies between two of them shows. */
  readonly places: readonly number[];
}

/** Signs and white space between two characters that belong together all the same, at most. More of them part what they stand between. */
const gapMax = 2;
/** Parts what stands on its two sides: no identifier holds it. */
const partition = 0;
/** Compositions longer than this in their compatible form are ligatures of whole words, and stay as they are. */
const compatibleMax = 4;

/**
 * Folds a text: letters in lower case without accents and widths, white space, signs and invisible characters left out; with `unescape`,
 * percent escapes (also of percent escapes) as what they stand for. The case of letters is not folded away for telling patients apart, only for finding them in texts.
 */
export function fold(text: string, unescape = false): Folded {
  const folding = new Folding();
  for (let at = 0; at < text.length;) {
    const { code, next } = unescape && text.charCodeAt(at) === 0x25 ? escapeAt(text, at) : plainAt(text, at);
    folding.add(code, at, next);
    at = next;
  }
  return folding;
}

/** A text folds to so many units at most: one that is too short for what is looked for need not be folded. An escape is longer than what it stands for. */
export function unitsMaxOf(text: string): number {
  return unitsMaxOfLength(text.length, !/\P{ASCII}/u.test(text));
}

/** The same of so many characters, of which it is known whether all are ASCII. */
export function unitsMaxOfLength(characters: number, isAscii: boolean): number {
  return isAscii ? characters : compatibleMax * characters;
}

/** Every bit: whatever is looked for may be there. */
const anyUnits = -1;

/**
 * Which units a text may fold to, a bit for each of their lowest five: of a word that has a bit which the text has not, nothing is in that text. Told without
 * folding it, for ASCII and Latin-1, which what is unpacked from base64 is. Percent escapes count as they are written.
 */
export function unitBitsOf(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at += 1) bits |= bitsByCode[text.charCodeAt(at)] ?? anyUnits;
  return bits;
}

/** The bits of the units of a word. */
export function bitsOfUnits(units: readonly number[]): number {
  return units.reduce((bits, unit) => bits | (1 << unit), 0);
}

class Folding implements Folded {
  readonly units: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly places: number[] = [];
  #place = 0;
  #gap = 0;

  /** A code point that stands from `start` to `end` in the text. */
  add(code: number, start: number, end: number): void {
    this.#place += 1;
    const folded = code < 0x80 ? (ascii[code] ?? partition) : 0;
    if (folded > 0) this.#push(folded, start, end);
    else if (code < 0x80) this.#space(start);
    else this.#wide(code, start, end);
  }

  #wide(code: number, start: number, end: number): void {
    const letters = lettersOf(code);
    if (letters === undefined) return this.#space(start);
    for (let at = 0; at < letters.length; at += 1) this.#push(letters.charCodeAt(at), start, end);
  }

  #push(unit: number, start: number, end: number): void {
    this.#gap = 0;
    this.units.push(unit);
    this.starts.push(start);
    this.ends.push(end);
    this.places.push(this.#place);
  }

  #space(at: number): void {
    this.#gap += 1;
    if (this.#gap !== gapMax + 1) return;
    this.units.push(partition);
    this.starts.push(at);
    this.ends.push(at);
    this.places.push(this.#place);
  }
}

/** The lower case of ASCII letters and digits; zero for everything else. */
const ascii = Uint8Array.from({ length: 0x80 }, (_, code) => {
  if ((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a)) return code;
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : 0;
});

/** Of the code points below, what each folds to is worked out once: Latin, Greek, Cyrillic and the signs between words. */
const commonEnd = 0x2100;
const common = new Map<number, string | undefined>();

/** What a code point beyond ASCII folds to: nothing for what is not seen, undefined for a sign or a blank. */
function lettersOf(code: number): string | undefined {
  if (code >= commonEnd) return foldedLetters(code);
  if (!common.has(code)) common.set(code, foldedLetters(code));
  return common.get(code);
}

function foldedLetters(code: number): string | undefined {
  const text = String.fromCodePoint(code);
  if (/\p{Cf}|\p{M}/u.test(text)) return '';
  if (!/[\p{L}\p{N}]/u.test(text)) return undefined;
  const compatible = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return compatible && compatible.length <= compatibleMax ? compatible : text;
}

/** Of each code point of Latin-1, the bits of what it folds to. */
export const bitsByCode = Int32Array.from({ length: 0x100 }, (_, code) => bitsOfUnits(fold(String.fromCharCode(code)).units));

function plainAt(text: string, at: number): { readonly code: number; readonly next: number } {
  const code = text.codePointAt(at) ?? 0;
  return { code, next: at + (code > 0xffff ? 2 : 1) };
}

/** Bytes of the longest character in UTF-8. */
const characterBytesMax = 4;

/** A character that is written as percent escapes: `%38`, `%2538`, `%C3%A9`. A percent sign alone is one. */
function escapeAt(text: string, start: number): { readonly code: number; readonly next: number } {
  const first = byteAt(text, start);
  if (!first) return { code: 0x25, next: start + 1 };
  if (first.byte < 0x80) return { code: first.byte, next: first.next };
  const bytes = [first.byte];
  const wanted = first.byte >= 0xf0 ? characterBytesMax : first.byte >= 0xe0 ? 3 : 2;
  let { next } = first;
  while (bytes.length < wanted) {
    const more = text.charCodeAt(next) === 0x25 ? byteAt(text, next) : undefined;
    if (!more || (more.byte & 0xc0) !== 0x80) break;
    bytes.push(more.byte);
    ({ next } = more);
  }
  return { code: Buffer.from(bytes).toString('utf8').codePointAt(0) ?? first.byte, next };
}

/** The byte of one escape; the percent sign of an escape may itself be written as one, any number of times. */
function byteAt(text: string, start: number): { readonly byte: number; readonly next: number } | undefined {
  let at = start + 1;
  let byte = hexAt(text, at);
  if (byte < 0) return undefined;
  at += 2;
  while (byte === 0x25) {
    const inner = hexAt(text, at);
    if (inner < 0) break;
    byte = inner;
    at += 2;
  }
  return { byte, next: at };
}

function hexAt(text: string, at: number): number {
  const pair = text.slice(at, at + 2);
  return /^[0-9A-Fa-f]{2}$/.test(pair) ? Number.parseInt(pair, 16) : -1;
}
