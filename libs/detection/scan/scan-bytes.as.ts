// Steps of 16 bytes: literals, ends of strings, words, hexadecimal digits, hashes.

import { coefficientsAt, keysAt, literalBytes, literalsAt, masksAt, placesMax, sumsAt } from './scan-layout.as';

const quote: u8 = 0x22;
const backslash: u8 = 0x5c;
const space: u8 = 0x20;

/** Whether the literal of this number, which has `length` bytes of which 16 at most are looked at, stands at `at`. */
export function isLiteral(at: usize, number: usize, length: usize): bool {
  const differing = v128.xor(v128.load(at), v128.load(literalsAt + number * literalBytes));
  return !v128.any_true(v128.and(differing, v128.load(masksAt + 32 - length)));
}

/** Whether the key of the place stands at `at`. */
export function isKey(at: usize, place: usize): bool {
  const key = keysAt + place * literalBytes;
  const length = <usize>load<u8>(key + 31);
  const low = v128.and(v128.xor(v128.load(at), v128.load(key)), v128.load(masksAt + 32 - min<usize>(16, length)));
  if (v128.any_true(low)) return false;
  if (length <= 16) return true;
  return !v128.any_true(v128.and(v128.xor(v128.load(at + 16), v128.load(key + 16)), v128.load(masksAt + 48 - length)));
}

/** The place of the key at `at`, 0 for none. */
export function placeOf(at: usize): usize {
  for (let place: usize = 1; place < placesMax; place += 1)
    if (load<u8>(keysAt + place * literalBytes + 31) != 0 && isKey(at, place)) return place;
  return 0;
}

/** The first byte from `from` on that does not stand for itself in a field that every row has: a quote, a backslash, a control or one beyond ASCII. */
export function endOfPlain(from: usize): usize {
  let at = from;
  while (true) {
    const bytes = v128.load(at);
    const marks = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(quote)), i8x16.eq(bytes, i8x16.splat(backslash))),
      i8x16.lt_s(bytes, i8x16.splat(space)),
    );
    const bits = i8x16.bitmask(marks);
    if (bits != 0) return at + ctz(bits);
    at += 16;
  }
}

/** The same in an optional text: bytes beyond ASCII stand for themselves. */
export function endOfText(from: usize): usize {
  let at = from;
  while (true) {
    const bytes = v128.load(at);
    const marks = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(quote)), i8x16.eq(bytes, i8x16.splat(backslash))),
      i8x16.lt_u(bytes, i8x16.splat(space)),
    );
    const bits = i8x16.bitmask(marks);
    if (bits != 0) return at + ctz(bits);
    at += 16;
  }
}

/** The index of the word among those of a list, or -1. */
export function wordAt(list: usize, start: usize, length: usize): i32 {
  if (length == 0 || length > 15) return -1;
  const word = v128.and(v128.load(start), v128.load(masksAt + 32 - length));
  for (let index: usize = 0; index < 16; index += 1) {
    const known = v128.load(list + index * 16);
    if (<usize>i8x16.extract_lane_u(known, 15) != length) continue;
    const differing = v128.and(v128.xor(word, known), v128.load(masksAt + 17));
    if (!v128.any_true(differing)) return <i32>index;
  }
  return -1;
}

/** Whether 16 bytes are small hexadecimal digits. */
export function isHex(bytes: v128): bool {
  const digits = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10));
  const letters = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x61)), i8x16.splat(6));
  return i8x16.all_true(v128.or(digits, letters));
}

/** 16 digits as 8 bytes, each in 16 bits. */
export function bytesOf(digits: v128): v128 {
  // A letter is 9 more than its low four bits, and has bit 6.
  const values = i8x16.add(
    v128.and(digits, i8x16.splat(15)),
    v128.and(i8x16.eq(v128.and(digits, i8x16.splat(0x40)), i8x16.splat(0x40)), i8x16.splat(9)),
  );
  return v128.and(v128.or(i16x8.shl(values, 4), i16x8.shr_u(values, 8)), i16x8.splat(0xff));
}

/** Writes 32 digits as four words of 32 bits, the first digit of each its highest; false where one is none. */
export function readHex(at: usize, to: usize): bool {
  const first = v128.load(at);
  const second = v128.load(at + 16);
  if (!isHex(first) || !isHex(second)) return false;
  const bytes = i8x16.narrow_i16x8_u(bytesOf(first), bytesOf(second));
  v128.store(to, i8x16.shuffle(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  return true;
}

/** `hashBytes` of keyed-hash.ts: one more for each position comes to the sum of their coefficients. */
export function hashOf(start: usize, length: usize): i32 {
  let sums = i32x4.splat(0);
  for (let at: usize = 0; at < length; at += 16) {
    const bytes = v128.and(v128.load(start + at), v128.load(masksAt + 32 - min<usize>(16, length - at)));
    const coefficients = coefficientsAt + 2 * at;
    sums = i32x4.add(sums, i32x4.mul(i32x4.extend_low_i16x8_u(bytes), v128.load(coefficients)));
    sums = i32x4.add(sums, i32x4.mul(i32x4.extend_high_i16x8_u(bytes), v128.load(coefficients + 16)));
  }
  let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  sum += load<i32>(sumsAt + 4 * ((length + 1) >> 1)) + <i32>length * lengthCoefficient;
  return sum ^ (<i32>((<u32>sum) >> 15));
}

let lengthCoefficient: i32 = 0;
/** What the length of a text is multiplied with. */
export function setLengthCoefficient(coefficient: i32): void {
  lengthCoefficient = coefficient;
}
