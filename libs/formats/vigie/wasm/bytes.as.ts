// Short copies and comparisons in steps of 16 bytes.

import { masksAt } from './layout.as';

/** Copies `length` bytes, and up to 15 more that are overwritten by what follows. The address after what was asked for. */
export function put(from: usize, length: usize, to: usize): usize {
  v128.store(to, v128.load(from));
  for (let at: usize = 16; at < length; at += 16) v128.store(to + at, v128.load(from + at));
  return to + length;
}

/** The 16 bytes at `at`, of which the first `length` are kept and the others are zero; all are zero for a negative length. */
export function first16(at: usize, length: i32): v128 {
  const kept = max(0, min(16, length));
  return v128.and(v128.load(at), v128.load(masksAt + 32 - kept));
}

/** Whether `length` bytes are the same at both. */
export function same(a: usize, b: usize, length: i32): bool {
  for (let at = 0; at < length; at += 16) {
    const differing = v128.xor(v128.load(a + at), v128.load(b + at));
    if (v128.any_true(v128.and(differing, v128.load(masksAt + 32 - min(16, length - at))))) return false;
  }
  return true;
}

/** Sixteen bytes as four words of 32 bits, the first byte of each its highest. */
export function wordsOf(bytes: v128): v128 {
  return i8x16.shuffle(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** Sixteen bytes as 32 hexadecimal digits. */
export function hexOf(bytes: v128, digits: v128, to: usize): void {
  const high = i8x16.swizzle(digits, i8x16.shr_u(bytes, 4));
  const low = i8x16.swizzle(digits, v128.and(bytes, i8x16.splat(15)));
  v128.store(to, i8x16.shuffle(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  v128.store(to + 16, i8x16.shuffle(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
}

/** A hash for tables. Who chose texts that collide would make a table useless, nothing else. */
export function hashOf(start: usize, length: usize): usize {
  let hash: u64 = length;
  for (let at: usize = 0; at < length; at += 16) {
    const bytes = first16(start + at, <i32>(length - at));
    hash = (hash ^ (<u64>i64x2.extract_lane(bytes, 0))) * 0x9e37_79b9_7f4a_7c15;
    hash = (rotl<u64>(hash, 31) ^ (<u64>i64x2.extract_lane(bytes, 1))) * 0x9e37_79b9_7f4a_7c15;
    hash ^= hash >> 29;
  }
  return <usize>(hash ^ (hash >> 32));
}
