// One pass over a line: where each value lies. Whatever is not ordinary makes it give up, and `parse-event.ts` decides.

import { first16, put, same } from './bytes.as';
import {
  endsAt,
  fieldCount,
  followsAt,
  keyLengthsAt,
  keysAt,
  kindsAt,
  lastLengthsAt,
  lastsAt,
  patientsAt,
  patientsMax,
  startsAt,
  textClassesAt,
  wordListBytes,
  wordsAt,
} from './layout.as';
import { classes, hides, keyEnd, textEnd, wide } from './strings.as';
import { placeOf } from './table.as';
import { timeAt } from '../../times/time-at.as';

/** The fields by number, as `fieldNames` has them in fields-of-rows.ts. */
export namespace Field {
  export const time = 0;
  export const group = 1;
  export const actor = 2;
  export const clinic = 3;
  export const action = 4;
  export const outcome = 5;
  export const id = 6;
  export const patients = 7;
  export const role = 8;
  export const address = 15;
}

/** How a value is read: the numbers of `kindsOfFields`. From `action` on the kinds of words are the places of their lists. */
namespace Kind {
  export const time = 0;
  export const key = 1;
  export const text = 2;
  export const boolean = 3;
  export const count = 4;
  export const patients = 5;
  export const action = 6;
  export const categories = 9;
}

const keyBytesMax: usize = 256;
const textBytesMax: usize = 1024;
/** Words and lists of words of at most so many bytes are recognised when they come again. */
const lastBytesMax: usize = 48;

export let patients = 0;
export let beginsWithZero = false;
/** Whether a text of the line holds percent escapes or signs that look like others. */
export let isHiding = false;
export let timeMs: f64 = 0;

export function startOf(field: usize): usize {
  return <usize>load<u32>(startsAt + (field << 2));
}

/** Zero where the line does not have the field. */
export function endOf(field: usize): usize {
  return <usize>load<u32>(endsAt + (field << 2));
}

/** The address after the object that begins at `from` when it could be read; 0 says nothing about whether it is good. */
export function scan(from: usize): usize {
  for (let at: usize = 0; at < fieldCount * 4; at += 16) v128.store(endsAt + at, i32x4.splat(0));
  patients = 0;
  beginsWithZero = isHiding = false;
  if (load<u8>(from) != 0x7b) return 0;
  let at = from + 1;
  let field: usize = fieldCount;
  do {
    at = spacesEnd(at);
    field = fieldAt(at, field);
    if (field == fieldCount || endOf(field) != 0) return 0;
    at = spacesEnd(at + load<u8>(keyLengthsAt + field));
    at = value(field, at);
    if (at == 0) return 0;
    at = spacesEnd(at) + 1;
  } while (load<u8>(at - 1) == 0x2c);
  if (load<u8>(at - 1) != 0x7d) return 0;
  const isWhole =
    endOf(Field.time) != 0 &&
    endOf(Field.actor) != 0 &&
    endOf(Field.clinic) != 0 &&
    endOf(Field.action) != 0 &&
    endOf(Field.id) != 0;
  return isWhole ? at : 0;
}

function spacesEnd(from: usize): usize {
  let at = from;
  while (load<u8>(at) == 0x20) at += 1;
  return at;
}

/** The field whose `"key":` stands at `at`, first of all the one that came after `before` in other lines; else `fieldCount`. */
function fieldAt(at: usize, before: usize): usize {
  const next = <usize>load<u8>(followsAt + before) - 1;
  if (next < fieldCount && keyStands(next, at)) return next;
  for (let field: usize = 0; field < fieldCount; field += 1) {
    if (!keyStands(field, at)) continue;
    store<u8>(followsAt + before, <u8>field + 1);
    return field;
  }
  return fieldCount;
}

function keyStands(field: usize, at: usize): bool {
  const key = keysAt + (field << 5);
  return !v128.any_true(v128.and(v128.xor(v128.load(at), v128.load(key)), v128.load(key, 16)));
}

/** Says where a value lies; answers with the address behind it, which is `next`. */
function found(field: usize, start: usize, end: usize, next: usize): usize {
  store<u32>(startsAt + (field << 2), <u32>start);
  store<u32>(endsAt + (field << 2), <u32>end);
  return next;
}

/** Reads one value; the address after it, or 0. */
function value(field: usize, at: usize): usize {
  const kind = <i32>load<u8>(kindsAt + field);
  if (kind == Kind.text) return text(field, at);
  if (kind == Kind.key) return key(field, at);
  if (kind >= Kind.action) return words(field, kind, at);
  if (kind == Kind.boolean) return boolean(field, at);
  if (kind == Kind.patients) return patientList(field, at);
  return kind == Kind.time ? time(field, at) : count(field, at);
}

function text(field: usize, at: usize): usize {
  if (load<u8>(at) != 0x22) return 0;
  const end = textEnd(at + 1, textBytesMax);
  if (end <= at + 1) return 0;
  store<i32>(textClassesAt + (field << 2), classes);
  if ((classes & hides) != 0) isHiding = true;
  return found(field, at + 1, end, end + 1);
}

function key(field: usize, at: usize): usize {
  if (load<u8>(at) != 0x22) return 0;
  const end = keyEnd(at + 1, keyBytesMax);
  return isName(at + 1, end) ? found(field, at + 1, end, end + 1) : 0;
}

/** Whether a string may be a key: plain ASCII, no space at its ends. */
function isName(start: usize, end: usize): bool {
  return end > start && classes == 0 && load<u8>(start) != 0x20 && load<u8>(end - 1) != 0x20;
}

function time(field: usize, at: usize): usize {
  if (load<u8>(at) != 0x22 || load<u8>(at, 25) != 0x22) return 0;
  timeMs = timeAt(at + 1);
  return timeMs < 0 ? 0 : found(field, at + 1, at + 25, at + 26);
}

/** Words: those of the last line are known by comparing, and others looked up. */
function words(field: usize, kind: i32, at: usize): usize {
  const last = lastsAt + (field << 6);
  const length = <i32>load<u8>(lastLengthsAt + field);
  const isList = kind == Kind.categories;
  let next = at + length;
  if (length == 0 || !same(at, last, length)) {
    next = isList ? wordList(at) : word(kind, at);
    if (next == 0) return 0;
    if (next - at <= lastBytesMax) {
      put(at, next - at, last);
      store<u8>(lastLengthsAt + field, <u8>(next - at));
    }
  }
  return isList ? found(field, at, next, next) : found(field, at + 1, next - 1, next);
}

/** The address after a word of the list, quotes included, or 0. */
function word(kind: i32, at: usize): usize {
  if (load<u8>(at) != 0x22) return 0;
  const end = keyEnd(at + 1, 15);
  if (end <= at + 1) return 0;
  const length = <i32>(end - at - 1);
  const sought = i8x16.replace_lane(first16(at + 1, length), 15, <i8>length);
  const list = wordsAt + <usize>(kind - Kind.action) * wordListBytes;
  for (let place: usize = 0; place < wordListBytes; place += 16) {
    if (!v128.any_true(v128.xor(sought, v128.load(list + place)))) return end + 1;
  }
  return 0;
}

function wordList(openAt: usize): usize {
  if (load<u8>(openAt) != 0x5b) return 0;
  let at = openAt;
  let count = 0;
  do {
    at = word(Kind.categories, at + 1);
    count += 1;
    if (at == 0 || count > 16) return 0;
  } while (load<u8>(at) == 0x2c);
  return load<u8>(at) == 0x5d ? at + 1 : 0;
}

function boolean(field: usize, at: usize): usize {
  const letters = load<u32>(at);
  if (letters == 0x6575_7274) return found(field, at, at + 4, at + 4);
  return letters == 0x736c_6166 && load<u8>(at, 4) == 0x65 ? found(field, at, at + 5, at + 5) : 0;
}

function count(field: usize, at: usize): usize {
  let end = at;
  while (<u32>load<u8>(end) - 0x30 <= 9) end += 1;
  const digits = end - at;
  if (digits == 0 || digits > 9 || (digits > 1 && load<u8>(at) == 0x30)) return 0;
  const after = load<u8>(end);
  return after == 0x2c || after == 0x7d || after == 0x20 ? found(field, at, end, end) : 0;
}

function patientList(field: usize, openAt: usize): usize {
  if (load<u8>(openAt) != 0x5b) return 0;
  let at = spacesEnd(openAt + 1);
  if (load<u8>(at) == 0x5d) return found(field, openAt, at + 1, at + 1);
  while (true) {
    if (load<u8>(at) != 0x22 || patients == <i32>patientsMax) return 0;
    const end = keyEnd(at + 1, keyBytesMax);
    if (!isName(at + 1, end) || !isCanonical(at + 1, end)) return 0;
    if (load<u8>(at, 1) == 0x30) beginsWithZero = true;
    const place = patientsAt + ((<usize>patients) << 4);
    store<u32>(place, <u32>at + 1);
    store<u32>(place, <u32>end, 4);
    store<u32>(place, <u32>placeOf(at + 1, end - at - 1), 8);
    patients += 1;
    at = spacesEnd(end + 1);
    if (load<u8>(at) == 0x5d) return found(field, openAt, at + 1, at + 1);
    if (load<u8>(at) != 0x2c) return 0;
    at = spacesEnd(at + 1);
  }
}

/** Whether an identifier is its own canonical spelling: not a UUID that would be put in lower case, or lose `urn:uuid:`, and no national number that would get its key or lose what groups it. */
function isCanonical(start: usize, end: usize): bool {
  const length = end - start;
  if (length == 45) return false;
  if (length >= 13 && length <= 64 && <u32>load<u8>(start) - 0x31 < 8 && mayBeNational(start, end)) return false;
  if (length == 36) for (let at = start; at < end; at += 1) if (<u32>load<u8>(at) - 0x41 < 26) return false;
  return true;
}

/** Whether 13 or 15 digits (two of them perhaps a digit and a letter, as Corsica has) stand there that are no whole number in one piece: rather once too often, since the long way decides. */
function mayBeNational(start: usize, end: usize): bool {
  let digits = 0;
  let others = 0;
  for (let at = start; at < end; at += 1) {
    const byte = <u32>load<u8>(at);
    if (byte - 0x30 <= 9) digits += 1;
    else if ((byte | 0x20) - 0x61 < 2) {
      digits += 1;
      others += 1;
    } else if (byte == 0x20 || byte == 0x2d || byte == 0x2e) others += 1;
    else return false;
  }
  return digits == 13 || (digits == 15 && others > 0);
}
