// The scan of ordinary rows, 16 bytes at a time (scan-row.ts and scan-optional.ts are its plain twin, and read whatever this leaves out).

import { endOfPlain, endOfText, hashOf, isHex, isKey, isLiteral, placeOf, readHex, wordAt } from './scan-bytes.as';
import {
  actionsAt,
  categoriesAt,
  followsAt,
  hexBytes,
  Kind,
  keysAt,
  kindsAt,
  linksAt,
  literalBytes,
  outcomesAt,
  placesMax,
  recordBytes,
  recordsAt,
  wantsAt,
  windowAt,
} from './scan-layout.as';
import { noShape, root, shapeOf } from './row-shapes.as';
import { timeAt } from '../../formats/times/time-at.as';

export { setLengthCoefficient } from './scan-bytes.as';
export { beginShapes } from './row-shapes.as';
export {
  wordsAt,
  keysAt,
  placesMax,
  kindsAt,
  literalsAt,
  masksAt,
  coefficientsAt,
  sumsAt,
  wantsAt,
  recordsAt,
  recordBytes,
  recordsMax,
  windowAt,
  windowBytes,
  slackBytes,
} from './scan-layout.as';

const quote: u8 = 0x22;
const comma: u8 = 0x2c;
const closeBrace: u8 = 0x7d;
const openBracket: u8 = 0x5b;
const closeBracket: u8 = 0x5d;
const newline: u8 = 0x0a;
const zero: u8 = 0x30;
/** In place of a place: the clinic. */
const clinicPlace: usize = 255;
/** In `wantsAt`: by its value. */
const byValue: u8 = 2;
const isoBytes: usize = 24;
const placedMax: i32 = 24;
const digitsMax: usize = 15;
/** `group_id` and `actor_id` with what stands between them are at most so long, or left to the plain scan. */
const accountBytesMax: usize = 1024;

memory.grow(7);

/** Where the row after the last one that was read begins. */
export let stoppedAt: usize = 0;

/** Reads rows from `from` on, `most` at most; how many. It ends before a row that is not as most are, and before one that is cut. */
export function scan(from: usize, most: i32): i32 {
  let at = from;
  let rows = 0;
  for (let to = recordsAt; rows < most; rows += 1, to += recordBytes) {
    const next = readRow(at, to);
    if (next == 0) break;
    at = next;
  }
  stoppedAt = at;
  return rows;
}

/** Reads the row at `from` into the record at `to`; where the next one begins, 0 where the plain scan has to say. */
function readRow(from: usize, to: usize): usize {
  if (!isLiteral(from, 0, 9)) return 0;
  let at = from + 9;
  const time = timeAt(at);
  if (time < 0) return 0;
  at += isoBytes;
  if (!isLiteral(at, 1, 14)) return 0;
  const accountStart = at + 14;
  const groupEnd = endOfPlain(accountStart);
  if (!isLiteral(groupEnd, 2, 14)) return 0;
  const actorStart = groupEnd + 14;
  const actorEnd = endOfPlain(actorStart);
  if (actorEnd - accountStart > accountBytesMax || !isLiteral(actorEnd, 3, 16)) return 0;
  at = actorEnd + 16;
  const hasPatient = load<u8>(at) != quote;
  if (!hasPatient) v128.store(to + 32, i32x4.splat(0));
  else {
    if (!readHex(at, to + 32)) return 0;
    at += hexBytes;
  }
  if (!isLiteral(at, 4, 15)) return 0;
  const clinicStart = at + 15;
  const clinicEnd = endOfPlain(clinicStart);
  if (!isLiteral(clinicEnd, 5, 12)) return 0;
  at = clinicEnd + 12;
  let end = endOfPlain(at);
  const action = wordAt(actionsAt, at, end - at);
  if (action < 0 || !isLiteral(end, 6, 13)) return 0;
  at = end + 13;
  end = endOfPlain(at);
  const outcome = wordAt(outcomesAt, at, end - at);
  if (outcome < 0 || !isLiteral(end, 7, 14)) return 0;
  const eventStart = end + 14;
  if (!isHex(v128.load(eventStart)) || !isHex(v128.load(eventStart + 16))) return 0;
  at = eventStart + hexBytes;
  if (!isLiteral(at, 8, 12)) return 0;
  at = endOfPlain(at + 12);
  if (!isLiteral(at, 9, 16) || load<u8>(at + 16) != quote) return 0;
  at += 17;
  const receivedAt = timeAt(at);
  at += isoBytes;
  if (receivedAt < 0 || load<u8>(at) != quote) return 0;
  store<f64>(to, time);
  store<f64>(to + 8, receivedAt);
  store<u32>(to + 16, <u32>(from - windowAt));
  store<u32>(to + 24, <u32>(accountStart - windowAt));
  store<u32>(to + 28, <u32>(actorEnd - windowAt));
  store<u32>(to + 48, <u32>(clinicStart - windowAt));
  store<u32>(to + 52, <u32>(clinicEnd - windowAt));
  store<u32>(to + 56, <u32>(eventStart - windowAt));
  store<i32>(to + 60, hashOf(accountStart, actorEnd - accountStart));
  const hasAccount = groupEnd > accountStart && actorEnd > actorStart;
  store<u32>(to + 64, (<u32>action) | ((<u32>outcome) << 8) | ((<u32>hasPatient) << 16) | ((<u32>hasAccount) << 17));
  store<f64>(to + 104, <f64>shapeOf(root, clinicPlace, clinicStart, clinicEnd - clinicStart));
  return readOptional(at + 1, to);
}

/** The optional fields, from after `received_at` to the end of the line. */
function readOptional(from: usize, to: usize): usize {
  let at = from;
  let before = placesMax;
  let seen: u64 = 0;
  let placed: i32 = 0;
  let mask: u32 = 0;
  let hasFormer: u32 = 0;
  let shape = root;
  let field = to + 112;
  while (true) {
    const byte = load<u8>(at);
    if (byte != comma) {
      if (byte != closeBrace || load<u8>(at + 1) != newline) return 0;
      store<u32>(to + 20, <u32>(at + 1 - windowAt));
      store<u32>(to + 68, mask);
      store<u32>(to + 72, placed);
      store<u32>(to + 76, hasFormer);
      store<f64>(to + 96, <f64>shape);
      return at + 2;
    }
    let place = <usize>load<u8>(followsAt + before);
    if (place == 0 || !isKey(at, place)) {
      place = placeOf(at);
      if (place == 0) return 0;
      store<u8>(followsAt + before, <u8>place);
    }
    before = place;
    const bit: u64 = (<u64>1) << (<u64>place);
    if ((seen & bit) != 0 || placed == placedMax) return 0;
    seen |= bit;
    at += <usize>load<u8>(keysAt + place * literalBytes + 31);
    let start = at;
    let end: usize = 0;
    const kind = <i32>load<u8>(kindsAt + place);
    if (kind == Kind.categories) {
      const list = readCategories(at);
      if (list == 0) return 0;
      mask = categoryMask;
      at = list;
      continue;
    }
    if (kind == Kind.flag) {
      const word = load<u32>(at);
      if (word == 0x6575_7274) at += 4;
      else if (word == 0x736c_6166 && load<u8>(at + 4) == 0x65) at += 5;
      else return 0;
      end = at;
    } else if (kind == Kind.count) {
      while (load<u8>(at) - zero <= 9) at += 1;
      if (at == start || at - start > digitsMax || (load<u8>(start) == zero && at > start + 1)) return 0;
      end = at;
    } else {
      if (kind == Kind.left || load<u8>(at) != quote) return 0;
      start = at + 1;
      end = endOfText(start);
      if (load<u8>(end) != quote) return 0;
      at = end + 1;
      if (kind == Kind.link) {
        if (end > start && wordAt(linksAt, start, end - start) < 0) return 0;
      } else if (kind == Kind.block) {
        if (end - start != 16 || !isHex(v128.load(start))) return 0;
      } else if (kind == Kind.former) {
        if (end - start != hexBytes || !readHex(start, to + 80)) return 0;
        hasFormer = 1;
      }
    }
    store<u32>(field, <u32>place);
    store<u32>(field + 4, <u32>(start - windowAt));
    store<u32>(field + 8, end == start ? 0 : <u32>(end - windowAt));
    placed += 1;
    field += 12;
    const wanted = load<u8>(wantsAt + place);
    if (wanted != 0 && end != start && shape != noShape)
      shape = shapeOf(shape, place, start, wanted == byValue ? end - start : 0);
  }
}

let categoryMask: u32 = 0;

/** Reads a list of categories into `categoryMask`; where it ends, or 0. */
function readCategories(start: usize): usize {
  categoryMask = 0;
  if (load<u8>(start) != openBracket) return 0;
  if (load<u8>(start + 1) == closeBracket) return start + 2;
  let at = start + 1;
  while (true) {
    if (load<u8>(at) != quote) return 0;
    const end = endOfPlain(at + 1);
    const word = wordAt(categoriesAt, at + 1, end - at - 1);
    if (word < 0 || load<u8>(end) != quote) return 0;
    categoryMask |= (<u32>1) << (<u32>word);
    at = end + 1;
    const byte = load<u8>(at);
    if (byte == closeBracket) return at + 1;
    if (byte != comma) return 0;
    at += 1;
  }
}
