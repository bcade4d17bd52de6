import { accessRow, endOfTimeMs } from '#libs/contracts/access-row.js';
import { careLinks, categories } from '#libs/contracts/vocabulary.js';
import { IsoReader } from './iso-time.js';
import type { ScannedRow } from './scanned-row.js';
import {
  ascii,
  backslash,
  closeBrace,
  comma,
  endOfPlain,
  endOfRun,
  hexWord,
  Literal,
  quote,
  startsWith,
  Stretches,
  Words,
} from './scan-text.js';
import { outside } from './outside.js';

/** Keys of a row as they lie before their values. The one that followed a key last time is tried first. */
const keys = Object.keys(accessRow.shape).map((key) => ({ key: ascii(key), literal: new Literal(`,"${key}":`) }));
const follows = new Int8Array(keys.length + 1);
const beginning = keys.length;
const categoriesKey = Object.keys(accessRow.shape).indexOf('categories');
/** By place: what values of the field begin with. */
const kinds = Object.values(accessRow.shape).map((field) =>
  field.safeParse(true).success ? 'flag' : field.safeParse(1).success ? 'count' : 'text',
);
const formerPlace = Object.keys(accessRow.shape).indexOf('former_id');
const claimedPlace = Object.keys(accessRow.shape).indexOf('time_claimed');
const linkPlace = Object.keys(accessRow.shape).indexOf('care_link');
const blockPlace = Object.keys(accessRow.shape).indexOf('id_block');
const linkWords = new Words(careLinks);
const claims = new IsoReader();
const countDigitsMax = 15;
const categoryWords = new Words(categories);
const categoryLists = new Stretches(2);

/**
 * Walks the optional fields from after `received_at` to the end of the line, taking `categories`. The end (of the brace, plus one), or -1
 * where `JSON.parse` has to say.
 */
export function scanOptional(bytes: Uint8Array, view: DataView, from: number, row: ScannedRow): number {
  let at = from;
  let key = beginning;
  for (;;) {
    const byte = bytes[at];
    if (byte !== comma) {
      if (byte !== closeBrace) return -1;
      const after = bytes[at + 1];
      return after === undefined || after === 0x0a ? at + 1 : -1;
    }
    const guess = follows[key] ?? outside();
    const guessed = keys[guess];
    let place: number;
    if (guess > 0 && guessed?.literal.isAt(view, at)) {
      at += guessed.literal.length;
      key = guess;
      place = guess;
    } else {
      const keyEnd = bytes[at + 1] === quote ? endOfPlain(bytes, view, at + 2, false) : -1;
      if (keyEnd < 0 || bytes[keyEnd + 1] !== 0x3a || repeatsFixedKey(bytes, at + 2, keyEnd)) return -1;
      const found = keyAt(bytes, at + 2, keyEnd);
      place = found;
      if (found >= 0) {
        follows[key] = found;
        key = found;
      }
      at = keyEnd + 2;
    }
    if (place === categoriesKey) {
      if (row.categoryMask !== 0) return -1;
      at = scanCategories(bytes, view, at, row);
      if (at < 0) return -1;
      continue;
    }
    const start = at;
    const isText = bytes[at] === quote;
    at = isText ? endOfText(bytes, view, at + 1) : endOfValue(bytes, at);
    if (at < 0) return -1;
    if (place < 0) {
      row.odd = true;
      continue;
    }
    if (row.ends[place] !== 0 || kinds[place] !== kindOf(bytes[start], at - start)) row.odd = true;
    if (place === formerPlace && !readFormer(bytes, view, start, at, row)) row.odd = true;
    if (place === claimedPlace && !isTimeText(bytes, view, start, at)) row.odd = true;
    if (place === linkPlace && at - start > 2 && linkWords.indexOf(bytes, start + 1, at - 1) < 0) row.odd = true;
    if (place === blockPlace && !isBlockText(view, start, at)) row.odd = true;
    row.starts[place] = isText ? start + 1 : start;
    // Of more than 32 places some share a bit: the first ten, which are no optional fields, have none.
    if (isText && sawEscape) row.escaped |= 1 << place;
    row.setEnd(place, isText ? (at - 1 > start + 1 ? at - 1 : 0) : at);
  }
}

/** Reads a pseudonym in quotes into the row; false where `[start, end)` is none. */
function readFormer(bytes: Uint8Array, view: DataView, start: number, end: number, row: ScannedRow): boolean {
  if (end - start !== 34 || bytes[start] !== quote) return false;
  row.former0 = hexWord(view, start + 1);
  row.former1 = hexWord(view, start + 9);
  row.former2 = hexWord(view, start + 17);
  row.former3 = hexWord(view, start + 25);
  row.hasFormer = row.former0 >= 0 && row.former1 >= 0 && row.former2 >= 0 && row.former3 >= 0;
  return row.hasFormer;
}

/** Whether `[start, end)` is a time that its column holds, in quotes. */
function isTimeText(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
  if (end - start !== isoLength + 2) return false;
  const claimed = claims.read(bytes, view, start + 1);
  return claimed >= 0 && claimed < endOfTimeMs;
}
const isoLength = 24;

/** Whether `[start, end)` is a block's hash, in quotes. */
function isBlockText(view: DataView, start: number, end: number): boolean {
  return end - start === 18 && hexWord(view, start + 1) >= 0 && hexWord(view, start + 9) >= 0;
}

/** What a value is, by its first byte; a count of more digits than a number holds exactly is none. */
function kindOf(first: number | undefined, length: number): (typeof kinds)[number] | undefined {
  if (first === quote) return 'text';
  if (first === 0x74 || first === 0x66) return 'flag';
  return length <= countDigitsMax ? 'count' : undefined;
}

/** Index of the key in `bytes[start, end)`, or -1 for one that rows do not have. */
function keyAt(bytes: Uint8Array, start: number, end: number): number {
  return keys.findIndex(({ key }) => key.length === end - start && startsWith(bytes, start, key));
}

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
      return first !== 0x69; // group_id, actor_id, event_id; of the optional ones only id_block is as long
    case 9:
      return first === 0x63 && bytes[start + 1] === 0x6c; // clinic_id
    case 10:
      return first === 0x70 && bytes[start + 1] === 0x61; // patient_id
    case 11:
      return first === 0x72; // received_at
    default:
      return false;
  }
}

/** A list of words of the vocabulary; its end, or -1. */
function scanCategories(bytes: Uint8Array, view: DataView, start: number, row: ScannedRow): number {
  const known = categoryLists.at(bytes, view, start);
  if (known) {
    row.categoryMask = known.first;
    return start + known.length;
  }
  if (bytes[start] !== 0x5b) return -1;
  if (bytes[start + 1] === 0x5d) return start + 2;
  for (let at = start + 1; ; at += 1) {
    if (bytes[at] !== quote) return -1;
    const end = endOfPlain(bytes, view, at + 1, false);
    const index = end < 0 ? -1 : categoryWords.indexOf(bytes, at + 1, end);
    if (index < 0) return -1;
    row.categoryMask |= 1 << index;
    at = end + 1;
    if (bytes[at] === 0x5d) {
      categoryLists.keep(bytes, start, at + 1, row.categoryMask, 0);
      return at + 1;
    }
    if (bytes[at] !== comma) return -1;
  }
}

/** The end of a whole number, `true` or `false`; -1 for anything else. */
function endOfValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start] ?? outside();
  if (first === 0x74) return startsWith(bytes, start, trueWord) ? start + 4 : -1;
  if (first === 0x66) return startsWith(bytes, start, falseWord) ? start + 5 : -1;
  let at = start;
  while ((bytes[at] ?? outside()) >= 0x30 && (bytes[at] ?? outside()) <= 0x39) at += 1;
  return at === start || (first === 0x30 && at > start + 1) ? -1 : at;
}
const trueWord = ascii('true');
const falseWord = ascii('false');

/** Whether the last string had an escape in it. */
let sawEscape = false;

/** The end of a string whose content does not matter, escapes included; -1 where it is no JSON. */
function endOfText(bytes: Uint8Array, view: DataView, start: number): number {
  sawEscape = false;
  for (let at = start; ; at += 1) {
    at = endOfRun(bytes, view, at);
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === undefined || byte < 0x20) return -1;
    if (byte !== backslash) continue;
    sawEscape = true;
    at += 1;
    const escaped = bytes[at] ?? outside();
    if (escaped === 0x75 ? !isHex4(bytes, at + 1) : !plainEscapes.includes(escaped)) return -1;
  }
}
const plainEscapes = [...'"\\/bfnrt'].map((char) => char.charCodeAt(0));

function isHex4(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 4; i += 1) {
    const byte = (bytes[i] ?? outside()) | 0x20;
    if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66))) return false;
  }
  return true;
}
