// Numbers for what rows say in fields that conditions ask about: rows that say the same there mostly have the same number, rows that do not never have.

import { masksAt, shapeSlotBytes, shapeSlots, shapesAt } from './scan-layout.as';

/** Longer values have no number. */
const valueBytesMax: usize = 32;
/** What conditions ask of no row, or cannot be said by a number. */
export const noShape: i64 = -1;

/** Words of a slot: the number before, the number, place and length of the value; the value fills the upper half. */
const numberAt: usize = 8;
const kindAt: usize = 16;
const valueAt: usize = 32;

/** The last number that was given out: none is ever given twice. */
let given: i64 = 0;
/** That of a row which says nothing. */
export let root: i64 = 0;

/** Begins anew: whatever is numbered from here on has a number above the one that is given back. */
export function beginShapes(): f64 {
  const before = given;
  memory.fill(shapesAt, 0, shapeSlots * shapeSlotBytes);
  given += 1;
  root = given;
  return <f64>before;
}

/** The number of what `before` stands for and of a value at a place, which is `length` bytes from `start` on; of a place alone with a length of 0. */
export function shapeOf(before: i64, place: usize, start: usize, length: usize): i64 {
  if (length > valueBytesMax) return noShape;
  const low = v128.and(v128.load(start), v128.load(masksAt + 32 - min<usize>(16, length)));
  const high = length <= 16 ? i32x4.splat(0) : v128.and(v128.load(start + 16), v128.load(masksAt + 48 - length));
  const kind = ((<u32>place) << 8) | (<u32>length);
  const slot = shapesAt + hashOf(low, high, <i32>before + ((<i32>kind) << 12)) * 2 * shapeSlotBytes;
  if (isAt(slot, before, kind, low, high)) return load<i64>(slot + numberAt);
  // Of two with one hash the younger stands before the older.
  const neighbour = slot + shapeSlotBytes;
  if (isAt(neighbour, before, kind, low, high)) return load<i64>(neighbour + numberAt);
  memory.copy(neighbour, slot, shapeSlotBytes);
  given += 1;
  store<i64>(slot, before);
  store<i64>(slot + numberAt, given);
  store<u32>(slot + kindAt, kind);
  v128.store(slot + valueAt, low);
  v128.store(slot + valueAt + 16, high);
  return given;
}

function isAt(slot: usize, before: i64, kind: u32, low: v128, high: v128): bool {
  if (load<i64>(slot) != before || load<u32>(slot + kindAt) != kind) return false;
  return !v128.any_true(v128.or(v128.xor(low, v128.load(slot + valueAt)), v128.xor(high, v128.load(slot + valueAt + 16))));
}

/** A pair of slots, below half of `shapeSlots`. Who chooses values that meet in one only has rows looked at as they were without numbers. */
function hashOf(low: v128, high: v128, other: i32): usize {
  const mixed = i32x4.add(
    i32x4.mul(low, i32x4(0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f)),
    i32x4.mul(high, i32x4(0x165667b1, 0x2c1b3c6d, 0x297a2d39, 0x1b873593)),
  );
  const sum =
    (i32x4.extract_lane(mixed, 0) + i32x4.extract_lane(mixed, 1) + i32x4.extract_lane(mixed, 2) + i32x4.extract_lane(mixed, 3)) ^
    (other * 0x3c6ef373);
  return (<usize>(((sum ^ (<i32>((<u32>sum) >> 15))) * 0x2545f491) as u32)) >>> 21;
}
