/*
 * Where things lie in the module's memory, in bytes: read by both sides. What lies below `recordsAt` is written once.
 * The window may be read `slackBytes` too far, which are zeros.
 */

/** Words of actions, outcomes, categories and care links: lists of 16 places of 16 bytes, the length in the last one. */
export const wordsAt: usize = 1024;
export const actionsAt: usize = wordsAt;
export const outcomesAt: usize = wordsAt + 256;
export const categoriesAt: usize = wordsAt + 512;
export const linksAt: usize = wordsAt + 768;
/** `,"key":` of each optional field by its place among the keys of a row, 32 bytes each, the length in the last one; 0 of the others. */
export const keysAt: usize = 2048;
export const placesMax: usize = 64;
/** By place, how the value is read: see `Kind`. */
export const kindsAt: usize = 4096;
/** By place, which one followed it last time; at `placesMax` which one was the first. 0 for none. */
export const followsAt: usize = 4160;
/** By place: whether it has a part in the number of what a row says, 0 for none, 1 by being there, 2 by its value. */
export const wantsAt: usize = 4256;
/** What stands between the fields that every row has, in their order, 32 bytes each. */
export const literalsAt: usize = 4352;
/** 32 bytes of ones, then 32 of zeros: from `masksAt + 32 - n` on lie n bytes of ones. */
export const masksAt: usize = 4800;
/** The coefficients of the hash, words of 32 bits, and of each number of them their sum. */
export const coefficientsAt: usize = 5120;
export const sumsAt: usize = 7424;
/** What was read of the rows: see `record` in row-program.ts. */
export const recordsAt: usize = 10_240;
export const recordBytes: usize = 448;
export const recordsMax: usize = 32;
export const windowAt: usize = 65_536;
export const windowBytes: usize = 65_536;
export const slackBytes: usize = 128;
/** What rows say, by number: see row-shapes.as.ts. */
export const shapesAt: usize = 135_168;
export const shapeSlots: usize = 4096;
export const shapeSlotBytes: usize = 64;

/** How the value of an optional field is read. */
export enum Kind {
  left,
  text,
  flag,
  count,
  categories,
  link,
  block,
  former,
}

export const literalBytes: usize = 32;
export const hexBytes: usize = 32;
