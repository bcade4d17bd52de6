// Looks for the identifiers of a line's patients in its texts as bytes: rather once too often than too rarely, since `mask.ts` decides then.
// Letters in either case, signs between, leading zeros; and base64, by four characters that do not depend on what stands before it.

import { base64At, beginsAt, classesAt, fieldCount, foldedAt, kindsAt, patientsAt, soughtAt, textClassesAt } from './layout.as';
import { endOf, Field, isHiding, patients, startOf } from './scan.as';
import { wide } from './strings.as';

const textKind = 2;
/** Bytes of texts times patients that are compared here; more of them take the other way, which does not compare each with each. */
const comparedMax: usize = 16 * 1024;
/** Classes that no text has. */
const impossible = -1;
/** What a byte of a text may begin. */
const beginsIdentifier: u8 = 1;
const beginsPacked: u8 = 2;
/** Fewer bytes are not looked for in base64. */
const packedBytesMin: usize = 4;
/** Zeros in front are left out where so many characters stay. */
const bareLengthMin = 2;
/** Bytes of a French national number, and of one that lacks its key. */
const wholeNumber: usize = 15;
const numberWithoutKey: usize = 13;
/** Begins a letter such as `é`, of which the text without accents has one. */
const accented: u8 = 0xc3;

/** Of the identifier that is looked for: its length, and whether signs may stand between its letters and digits. */
let soughtLength = 0;
let isLoose = true;
/** The classes that a text must have in which it stands, as it is and in base64 behind nothing, one byte and two. */
let needs = 0;
let needs0 = impossible;
let needs1 = impossible;
let needs2 = impossible;
/** Four characters of each base64, little-endian. */
let packed0: u32 = 0;
let packed1: u32 = 0;
let packed2: u32 = 0;

/** Whether an identifier of the line's patients may stand in a text of it. */
export function finds(): bool {
  if (isHiding) return true;
  let textBytes: usize = 0;
  for (let field: usize = Field.role; field < fieldCount; field += 1)
    if (isText(field)) textBytes += endOf(field) - startOf(field);
  if (textBytes * <usize>patients > comparedMax) return true;
  for (let patient = 0; patient < patients; patient += 1) {
    const place = patientsAt + ((<usize>patient) << 4);
    const start = <usize>load<u32>(place);
    const end = <usize>load<u32>(place, 4);
    // A national number may stand there without its key.
    if (standsInTexts(start, end - start == wholeNumber ? start + numberWithoutKey : end)) return true;
  }
  return false;
}

function isText(field: usize): bool {
  return endOf(field) != 0 && load<u8>(kindsAt + field) == textKind;
}

function standsInTexts(start: usize, end: usize): bool {
  look(start, end);
  let isReady = false;
  for (let field: usize = Field.role; field < fieldCount; field += 1) {
    if (!isText(field) || !mayStandInClass(load<i32>(textClassesAt + (field << 2)))) continue;
    if (!isReady) prepare(start, end);
    isReady = true;
    if (mayStandIn(startOf(field), endOf(field))) return true;
  }
  return false;
}

/** What a text must have for the identifier to stand in it. */
function look(start: usize, end: usize): void {
  let letters = 0;
  let classes = 0;
  for (let at = start; at < end; at += 1) {
    const byte = <usize>load<u8>(at);
    if (load<u8>(foldedAt + byte) == 0) continue;
    letters += 1;
    classes |= load<i32>(classesAt + (byte << 2));
  }
  // Zeros in front may be left out.
  needs = classes & ~1;
  needs0 = needs1 = needs2 = impossible;
  isLoose = letters > 0;
  if (isLoose) pack(start, end);
}

/** The first four characters of the base64 of the identifier, behind nothing, one byte and two bytes, that are its own alone. */
function pack(start: usize, end: usize): void {
  packed0 = packed1 = packed2 = 0;
  let at = start;
  while (at < end && load<u8>(at) == 0x30) at += 1;
  if (end - at < packedBytesMin) at = start;
  if (end - at < packedBytesMin) return;
  const bits = bswap<u32>(load<u32>(at));
  packed0 = base64Of(bits, 26) | (base64Of(bits, 20) << 8) | (base64Of(bits, 14) << 16) | (base64Of(bits, 8) << 24);
  packed1 = base64Of(bits, 22) | (base64Of(bits, 16) << 8) | (base64Of(bits, 10) << 16) | (base64Of(bits, 4) << 24);
  packed2 = base64Of(bits, 24) | (base64Of(bits, 18) << 8) | (base64Of(bits, 12) << 16) | (base64Of(bits, 6) << 24);
  needs0 = classesOf(packed0);
  needs1 = classesOf(packed1);
  needs2 = classesOf(packed2);
}

/** The character of the six bits that stand `shift` bits above the end. */
function base64Of(bits: u32, shift: u32): u32 {
  return load<u8>(base64At + <usize>((bits >> shift) & 63));
}

/** The classes of four ASCII characters. */
function classesOf(word: u32): i32 {
  let classes = 0;
  for (let shift = 0; shift < 32; shift += 8) classes |= load<i32>(classesAt + ((<usize>((word >> shift) & 0xff)) << 2));
  return classes;
}

/** Whether the identifier may stand in a text of these classes: cheap, and says no to most. */
function mayStandInClass(classes: i32): bool {
  return (
    (classes & needs) == needs ||
    // Letters with accents have no bits of those without.
    (classes & wide) != 0 ||
    (classes & needs0) == needs0 ||
    (classes & needs1) == needs1 ||
    (classes & needs2) == needs2
  );
}

/** Makes ready to go through a text byte by byte. */
function prepare(start: usize, end: usize): void {
  for (let at: usize = 0; at < 256; at += 16) v128.store(beginsAt + at, i32x4.splat(0));
  let from = start;
  if (isLoose) from = behindZeros(start, end);
  soughtLength = 0;
  for (let at = from; at < end; at += 1) {
    const unit = isLoose ? load<u8>(foldedAt + <usize>load<u8>(at)) : load<u8>(at);
    if (unit != 0) store<u8>(soughtAt + soughtLength++, unit);
  }
  const first = load<u8>(soughtAt);
  begin(first, beginsIdentifier);
  if (first - 0x61 < 26) begin(first - 0x20, beginsIdentifier);
  begin(accented, beginsIdentifier);
  if (packed0 == 0) return;
  begin(<u8>packed0, beginsPacked);
  begin(<u8>packed1, beginsPacked);
  begin(<u8>packed2, beginsPacked);
}

function begin(byte: u8, kind: u8): void {
  store<u8>(beginsAt + <usize>byte, load<u8>(beginsAt + <usize>byte) | kind);
}

/** The first letter or digit that counts: zeros in front may be left out, as long as something stays. */
function behindZeros(start: usize, end: usize): usize {
  let from = start;
  let left = 0;
  for (let at = start; at < end; at += 1) if (load<u8>(foldedAt + <usize>load<u8>(at)) != 0) left += 1;
  let zeros = 0;
  for (let at = start; at < end; at += 1) {
    const unit = load<u8>(foldedAt + <usize>load<u8>(at));
    if (unit == 0) continue;
    if (unit != 0x30) break;
    zeros += 1;
    from = at + 1;
  }
  return left - zeros < bareLengthMin ? start : from;
}

/** Whether the identifier may stand in the text. */
function mayStandIn(start: usize, end: usize): bool {
  for (let at = start; at < end; at += 1) {
    const begins = load<u8>(beginsAt + <usize>load<u8>(at));
    if (begins == 0) continue;
    if ((begins & beginsIdentifier) != 0 && standsAt(at, end)) return true;
    if ((begins & beginsPacked) != 0 && at + 4 <= end && isPacked(load<u32>(at))) return true;
  }
  return false;
}

function isPacked(word: u32): bool {
  return word == packed0 || word == packed1 || word == packed2;
}

function standsAt(from: usize, end: usize): bool {
  let found = 0;
  for (let at = from; at < end && found < soughtLength; at += 1) {
    const byte = load<u8>(at);
    if (byte == accented) {
      found += 1;
      at += 1;
      continue;
    }
    const unit = isLoose ? load<u8>(foldedAt + <usize>byte) : byte;
    if (unit == load<u8>(soughtAt + found)) found += 1;
    else if (unit != 0 || !isLoose) return false;
  }
  return found == soughtLength;
}
