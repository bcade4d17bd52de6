import { actions, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { IsoReader } from './iso-time.js';

/**
 * One access row as the windows need it. Positions are byte offsets into `bytes`. The object is reused: it is valid until the next scan.
 */
export class ScannedRow {
  bytes: Uint8Array = new Uint8Array(0);
  /** Event time, milliseconds since 1970. */
  time = 0;
  /** From the first byte of `group_id` to the last of `actor_id`, the key between them included: exact and unambiguous, since no value holds a bare quote. */
  accountStart = 0;
  accountEnd = 0;
  /** `hashBytes` of those bytes. */
  accountHash = 0;
  /** Neither `group_id` nor `actor_id` is empty. */
  hasAccount = false;
  /** The pseudonym's 128 bits; all zero when there is none. */
  patient0 = 0;
  patient1 = 0;
  patient2 = 0;
  patient3 = 0;
  hasPatient = false;
  clinicStart = 0;
  clinicEnd = 0;
  /** Index into `actions`. */
  action = 0;
  /** Index into `outcomes`. */
  outcome = 0;
  eventStart = 0;
  sourceStart = 0;
  sourceEnd = 0;
  receivedAt = 0;
  /** Bit i: `categories[i]` of the vocabulary. */
  categoryMask = 0;
  lineStart = 0;
  lineEnd = 0;
  /** Where the original line is, when `bytes` holds a rewritten one. */
  line: { readonly bytes: Uint8Array; readonly start: number; readonly end: number } | undefined = undefined;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const closeBrace = 0x7d;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A text of 9 to 20 bytes as five overlapping little-endian words at fixed offsets, so that a comparison is five loads. */
class Template {
  readonly length: number;
  readonly last: number;
  readonly third: number;
  readonly fourth: number;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly w4: number;

  constructor(text: string) {
    const bytes = ascii(text);
    if (bytes.length < 9 || bytes.length > 20) throw new Error(`a template has 9 to 20 bytes: ${text}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.length = bytes.length;
    this.last = bytes.length - 4;
    this.third = Math.min(8, this.last);
    this.fourth = Math.min(12, this.last);
    this.w0 = view.getInt32(0, true);
    this.w1 = view.getInt32(4, true);
    this.w2 = view.getInt32(this.third, true);
    this.w3 = view.getInt32(this.fourth, true);
    this.w4 = view.getInt32(this.last, true);
  }

  isAt(view: DataView, at: number): boolean {
    return (
      at + this.length <= view.byteLength &&
      view.getInt32(at, true) === this.w0 &&
      view.getInt32(at + 4, true) === this.w1 &&
      view.getInt32(at + this.third, true) === this.w2 &&
      view.getInt32(at + this.fourth, true) === this.w3 &&
      view.getInt32(at + this.last, true) === this.w4
    );
  }
}

const templates = {
  time: new Template('{"time":"'),
  group: new Template('","group_id":"'),
  actor: new Template('","actor_id":"'),
  patient: new Template('","patient_id":"'),
  clinic: new Template('","clinic_id":"'),
  action: new Template('","action":"'),
  outcome: new Template('","outcome":"'),
  event: new Template('","event_id":"'),
  source: new Template('","source":"'),
  received: new Template('","received_at":"'),
} as const;
const times = new IsoReader();
const receipts = new IsoReader();
/** Characters of `group_id` and of `actor_id` that a row may have; longer ones are rejected. */
export const accountCharsMax = 1_024;
const isoLength = 24;
const hexLength = 32;

/** Words of a vocabulary by (length, first letter), which is unambiguous in each of ours. */
class Words {
  readonly #byShape = new Int8Array(1024).fill(-1);
  readonly #bytes: readonly Uint8Array[];

  constructor(words: readonly string[]) {
    this.#bytes = words.map(ascii);
    this.#bytes.forEach((word, index) => {
      const shape = shapeOf(word.length, word[0] ?? 0);
      if (this.#byShape[shape] !== -1) throw new Error(`two words of a vocabulary look alike: ${words.join(', ')}`);
      this.#byShape[shape] = index;
    });
  }

  /** The index of the word in `bytes[start, end)`, or -1. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length === 0 || length > 31) return -1;
    const index = this.#byShape[shapeOf(length, bytes[start] ?? 0)] ?? -1;
    const word = this.#bytes[index];
    return word && startsWith(bytes, start, word) ? index : -1;
  }
}
function shapeOf(length: number, first: number): number {
  return (length << 5) | (first & 31);
}
const actionWords = new Words(actions);
const outcomeWords = new Words(outcomes);
const categoryWords = new Words(categories);

function startsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** 0 for bytes that stand for themselves inside a string. */
const special = new Uint8Array(256).map((_, byte) =>
  byte < 0x20 || byte === quote || byte === backslash || byte >= 0x80 ? 1 : 0,
);

/** Where the string that begins at `at` ends (its closing quote), or -1 where it holds what a plain scan must not decide upon. */
function endOfPlain(bytes: Uint8Array, from: number, canonical: boolean): number {
  let at = from;
  while (special[bytes[at] ?? 0] === 0) at += 1;
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

const hexValue = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i += 1) hexValue['0123456789abcdef'.charCodeAt(i)] = i;

let hexBad = 0;
/** 8 hexadecimal digits as 32 bits; `hexBad` becomes negative where one is none. */
function hexWord(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let i = at; i < at + 8; i += 1) {
    const digit = hexValue[bytes[i] ?? 0] ?? -1;
    hexBad |= digit;
    word = (word << 4) | digit;
  }
  return word >>> 0;
}

/**
 * Scans the line that begins at `start` in the fixed key order of `libs/contracts/access-row.ts`. False: something is not as the template
 * has it (other order, an escape, a byte beyond ASCII in a key field, a mistake), and `JSON.parse` has to say. `canonical` is for lines
 * that `JSON.stringify` has just written, in which escapes have one form only. This is a hot loop: one pass, no allocation.
 */
export function scanRow(bytes: Uint8Array, view: DataView, start: number, row: ScannedRow, canonical: boolean): boolean {
  if (!templates.time.isAt(view, start)) return false;
  let at = start + templates.time.length;
  const time = times.read(bytes, view, at);
  if (time < 0) return false;
  at += isoLength;
  if (!templates.group.isAt(view, at)) return false;
  at += templates.group.length;
  const groupStart = at;
  at = endOfPlain(bytes, at, canonical);
  if (at < 0 || !templates.actor.isAt(view, at)) return false;
  const groupEnd = at;
  at += templates.actor.length;
  const actorStart = at;
  at = endOfPlain(bytes, at, canonical);
  if (at < 0 || !templates.patient.isAt(view, at)) return false;
  if (at - groupStart > accountCharsMax && !canonical) return false;
  row.accountStart = groupStart;
  row.accountEnd = at;
  row.hasAccount = groupEnd > groupStart && at > actorStart;
  at = scanPatient(bytes, at + templates.patient.length, row);
  if (at < 0 || !templates.clinic.isAt(view, at)) return false;
  at += templates.clinic.length;
  row.clinicStart = at;
  at = endOfPlain(bytes, at, canonical);
  if (at < 0 || !templates.action.isAt(view, at)) return false;
  row.clinicEnd = at;
  at += templates.action.length;
  let end = endOfPlain(bytes, at, false);
  row.action = end < 0 ? -1 : actionWords.indexOf(bytes, at, end);
  if (row.action < 0 || !templates.outcome.isAt(view, end)) return false;
  at = end + templates.outcome.length;
  end = endOfPlain(bytes, at, false);
  row.outcome = end < 0 ? -1 : outcomeWords.indexOf(bytes, at, end);
  if (row.outcome < 0 || !templates.event.isAt(view, end)) return false;
  at = end + templates.event.length;
  row.eventStart = at;
  for (let i = at; i < at + hexLength; i += 1) if ((hexValue[bytes[i] ?? 0] ?? -1) < 0) return false;
  at += hexLength;
  if (!templates.source.isAt(view, at)) return false;
  at += templates.source.length;
  row.sourceStart = at;
  at = endOfPlain(bytes, at, canonical);
  if (at < 0 || !templates.received.isAt(view, at)) return false;
  row.sourceEnd = at;
  at += templates.received.length;
  row.receivedAt = receipts.read(bytes, view, at);
  if (row.receivedAt < 0) return false;
  at += isoLength;
  if (bytes[at] !== quote) return false;
  row.time = time;
  row.bytes = bytes;
  row.lineStart = start;
  row.line = undefined;
  row.categoryMask = 0;
  row.lineEnd = scanOptional(bytes, at + 1, row);
  if (row.lineEnd < 0) return false;
  row.accountHash = hashBytes(bytes, row.accountStart, row.accountEnd);
  return true;
}

/** The position after the pseudonym (of its closing quote), or -1. */
function scanPatient(bytes: Uint8Array, at: number, row: ScannedRow): number {
  row.patient0 = row.patient1 = row.patient2 = row.patient3 = 0;
  row.hasPatient = bytes[at] !== quote;
  if (!row.hasPatient) return at;
  hexBad = 0;
  row.patient0 = hexWord(bytes, at);
  row.patient1 = hexWord(bytes, at + 8);
  row.patient2 = hexWord(bytes, at + 16);
  row.patient3 = hexWord(bytes, at + 24);
  return hexBad < 0 ? -1 : at + hexLength;
}

/** 32 bits of the bytes, four at a time, with murmur3's steps and finish. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    hash = Math.imul(hash ^ Math.imul(word, 0xcc9e2d51), 0x1b873593);
    hash ^= hash >>> 15;
  }
  for (; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Walks the optional fields from after `received_at` to the end of the line, taking `categories`. The end (of the brace, plus one), or -1. */
function scanOptional(bytes: Uint8Array, from: number, row: ScannedRow): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte === closeBrace) {
      const after = bytes[at + 1];
      return after === undefined || after === 0x0a ? at + 1 : -1;
    }
    if (byte !== comma || bytes[at + 1] !== quote) return -1;
    const keyStart = at + 2;
    const keyEnd = endOfPlain(bytes, keyStart, false);
    if (keyEnd < 0 || bytes[keyEnd + 1] !== 0x3a || repeatsFixedKey(bytes, keyStart, keyEnd)) return -1;
    const value = keyEnd + 2;
    if (keyEnd - keyStart === 10 && startsWith(bytes, keyStart, categoriesKey)) {
      if (row.categoryMask !== 0) return -1;
      at = scanCategories(bytes, value, row);
    } else at = endOfValue(bytes, value);
    if (at < 0) return -1;
  }
}
const categoriesKey = ascii('categories');

/** A key that may be one of the first ten again: `JSON.parse` would take the last one. */
function repeatsFixedKey(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  switch (end - start) {
    case 4:
      return first === 0x74; // time
    case 6:
      return first === 0x61 || first === 0x73; // action, source
    case 7:
      return first === 0x6f; // outcome
    case 8:
      return true; // group_id, actor_id, event_id: no optional field is as long
    case 9:
      return first === 0x63; // clinic_id
    case 10:
      return first === 0x70 && bytes[start + 1] === 0x61; // patient_id
    case 11:
      return first === 0x72; // received_at
    default:
      return false;
  }
}

/** A list of words of the vocabulary; its end, or -1. */
function scanCategories(bytes: Uint8Array, start: number, row: ScannedRow): number {
  if (bytes[start] !== 0x5b) return -1;
  if (bytes[start + 1] === 0x5d) return start + 2;
  for (let at = start + 1; ; at += 1) {
    if (bytes[at] !== quote) return -1;
    const end = endOfPlain(bytes, at + 1, false);
    const index = end < 0 ? -1 : categoryWords.indexOf(bytes, at + 1, end);
    if (index < 0) return -1;
    row.categoryMask |= 1 << index;
    at = end + 1;
    if (bytes[at] === 0x5d) return at + 1;
    if (bytes[at] !== comma) return -1;
  }
}

/** The end of a string, a whole number, `true` or `false`; -1 for anything else. */
function endOfValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start] ?? 0;
  if (first === quote) return endOfText(bytes, start + 1);
  if (first === 0x74) return startsWith(bytes, start, trueWord) ? start + 4 : -1;
  if (first === 0x66) return startsWith(bytes, start, falseWord) ? start + 5 : -1;
  let at = start;
  while ((bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39) at += 1;
  return at === start || (first === 0x30 && at > start + 1) ? -1 : at;
}
const trueWord = ascii('true');
const falseWord = ascii('false');

/** The end of a string whose content does not matter, escapes included; -1 where it is no JSON. */
function endOfText(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at += 1) {
    while (special[bytes[at] ?? 0] === 0) at += 1;
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === undefined || byte < 0x20) return -1;
    if (byte !== backslash) continue;
    at += 1;
    const escaped = bytes[at] ?? 0;
    if (escaped === 0x75) return -1; // \u: rare, left to JSON.parse
    if (!plainEscapes.includes(escaped)) return -1;
  }
}
const plainEscapes = [...'"\\/bfnrt'].map((char) => char.charCodeAt(0));
