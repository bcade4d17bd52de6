// Whether the account of a line may be a patient: rather once too often than too rarely, since `patientOfAccount` in identity.ts decides then.

import { foldedAt, patientsAt } from './layout.as';
import { endOf, Field, patients, startOf } from './scan.as';

/** Fewer bytes are no number that only people have. */
const nationalBytesMin: usize = 13;

/** Shorter numbers are given to users and patients alike, as in identity.ts. */
const tellingLength = 6;

/** Whether the account has the number of a patient of the line, by itself or with signs or words around it, or perhaps one that only people have. */
export function mayBePatient(): bool {
  const start = startOf(Field.actor);
  const end = endOf(Field.actor);
  return isOne(start, end) || isPartOne(start, end);
}

/** Whether it may be one of what stands between signs, or between these and the words of a name. */
function isPartOne(start: usize, end: usize): bool {
  let part = start;
  let word = start;
  for (let at = start; at < end; at += 1) {
    const byte: u32 = load<u8>(at);
    if (load<u8>(foldedAt + <usize>byte) != 0) continue;
    if (isLong(word, at) && isOne(word, at)) return true;
    word = at + 1;
    if (byte == 0x2d || byte == 0x2e || byte == 0x5f) continue;
    if (isLong(part, at) && isOne(part, at)) return true;
    if (byte == 0x2f && at - part == referenceBytes && isReference(part)) return true;
    part = at + 1;
  }
  return word > start && ((isLong(word, end) && isOne(word, end)) || (isLong(part, end) && isOne(part, end)));
}

function isLong(from: usize, to: usize): bool {
  return to >= from + tellingLength;
}

/** `Patient`, before a slash. */
const referenceBytes: usize = 7;

function isReference(from: usize): bool {
  return load<u32>(from) == 0x69746150 && load<u32>(from, 3) == 0x746e6569;
}

/** Whether a text has the number of a patient of the line, or perhaps one that only people have. */
function isOne(start: usize, end: usize): bool {
  if (mayBeNational(start, end)) return true;
  const last = unitBefore(end, start);
  for (let patient = 0; patient < patients; patient += 1) {
    const place = patientsAt + ((<usize>patient) << 4);
    const from = <usize>load<u32>(place);
    const until = <usize>load<u32>(place, 4);
    const unit = load<u8>(foldedAt + <usize>load<u8>(until - 1));
    // Nearly every patient's number ends with another letter or digit.
    if ((unit == last || unit == 0) && isSame(start, end, from, until)) return true;
  }
  return false;
}

/** A digit, two digits or what may stand between them, and long enough. */
function mayBeNational(start: usize, end: usize): bool {
  if (end - start < nationalBytesMin || <u32>load<u8>(start) - 0x31 > 7) return false;
  return isDigitOrSign(load<u8>(start, 1)) && isDigitOrSign(load<u8>(start, 2));
}

function isDigitOrSign(byte: u32): bool {
  return byte - 0x30 <= 9 || byte == 0x20 || byte == 0x2e || byte == 0x2d;
}

/** The last letter or digit before `end`, in lower case; zero where there is none. */
function unitBefore(end: usize, start: usize): u8 {
  for (let at = end; at > start;) {
    at -= 1;
    const unit = load<u8>(foldedAt + <usize>load<u8>(at));
    if (unit != 0) return unit;
  }
  return 0;
}

/** Whether two texts are the same letters and digits, and enough of them, whatever signs stand between and however many zeros in front. */
function isSame(start: usize, end: usize, from: usize, until: usize): bool {
  let a = end;
  let b = until;
  let found = 0;
  for (;;) {
    let unit: u8 = 0;
    let other: u8 = 0;
    while (a > start && unit == 0) unit = load<u8>(foldedAt + <usize>load<u8>(--a));
    while (b > from && other == 0) other = load<u8>(foldedAt + <usize>load<u8>(--b));
    if (unit == other && unit != 0) {
      found += 1;
      continue;
    }
    return found >= tellingLength && (unit == 0 || onlyZeros(start, a + 1)) && (other == 0 || onlyZeros(from, b + 1));
  }
}

function onlyZeros(from: usize, to: usize): bool {
  for (let at = from; at < to; at += 1) {
    const unit = load<u8>(foldedAt + <usize>load<u8>(at));
    if (unit != 0 && unit != 0x30) return false;
  }
  return true;
}
