// Where a string ends, and what its bytes may spell.

import { classesAt } from './layout.as';

/** Bits of a class, see tables.ts: `hides` hides identifiers from a comparison, `wide` is no ASCII, `ends` ends what is read here. */
export const hides: i32 = 1 << 28;
export const wide: i32 = 1 << 29;
const ends: i32 = 1 << 30;

/** Classes of the bytes of the last text; of another string only whether it is wide. */
export let classes: i32 = 0;

/**
 * The closing quote of a string that is a key, a word or an identifier and begins at `from`; 0 for an escape, a control character, and more
 * than `bytesMax`. Zeros behind the window end every string.
 */
export function keyEnd(from: usize, bytesMax: usize): usize {
  let at = from;
  let high = 0;
  for (;;) {
    const bytes = v128.load(at);
    const quotes = v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c)));
    const controls = v128.or(i8x16.lt_u(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x7f)));
    const stops = i8x16.bitmask(v128.or(quotes, controls));
    const beyondAscii = i8x16.bitmask(bytes);
    if (stops != 0) {
      high |= beyondAscii & ((stops & -stops) - 1);
      at += ctz(stops);
      break;
    }
    high |= beyondAscii;
    at += 16;
    if (at - from > bytesMax) return 0;
  }
  classes = high != 0 ? wide : 0;
  return load<u8>(at) == 0x22 && at - from <= bytesMax ? at : 0;
}

/** The same for a text in which an identifier may stand: its classes are collected byte by byte. */
export function textEnd(from: usize, bytesMax: usize): usize {
  const last = from + bytesMax;
  let or = 0;
  for (let at = from; at <= last; at += 1) {
    const byte = load<u8>(at);
    const kind = load<i32>(classesAt + ((<usize>byte) << 2));
    if (kind == ends) {
      classes = or;
      return byte == 0x22 ? at : 0;
    }
    or |= kind;
  }
  return 0;
}
