// The blocks of a day that were hashed already (`id_block`, see libs/pseudonyms/block-hash.ts), by clinic and number. The hash itself is made outside.

import { hashOf, first16 } from './bytes.as';
import { blockAt, blockBytes, blocksAt, blockSetsMax, entriesOfSet, patientsAt } from './layout.as';
import { endOf, Field, startOf } from './scan.as';

const blockSize: u64 = 100;
const noNumber: u64 = u64.MAX_VALUE;
const numberDigitsMax: usize = 18;
/** The clinic, filled up with zeros, then number, day and the block's digits. A longer clinic is asked for every time. */
const clinicBytesMax: usize = 32;
const numberAt: usize = 32;
const dayAt: usize = 40;
const digitsAt: usize = 48;

/** What `block` answers. */
const none = 0;
const known = 1;
export const missing = 2;

let mask: usize = blockSetsMax * entriesOfSet - 1;
let turn: usize = 0;
/** Where the digits of the row's block lie, 0 for none. */
export let blockFrom: usize = 0;
/** Of the block that was missing: its number and day, and where it is kept, 0 for nowhere. */
let sought: u64 = 0;
let soughtDay = 0;
let kept: usize = 0;
/** Of no use but that what was read cannot be left out. */
let asked: u8 = 0;

/** Of so many sets, a power of two; before the first line. */
export function setBlockSets(sets: u32): void {
  mask = sets * entriesOfSet - 1;
}

/** Asks for the block of the first patient of the line that was scanned, so that it comes while the rest is done; the row has none until `block`. */
export function askBlock(): void {
  blockFrom = 0;
  const value = numberOf(0);
  if (value != noNumber) asked ^= load<u8>(blocksAt + placeOf(value / blockSize) * blockBytes);
}

/** Whether the patient of row `index` has a block on a day: 0 for none, 1 for one that `write` will write, 2 for one that `keepBlock` is asked for. */
export function block(index: i32, day: i32): i32 {
  blockFrom = 0;
  const value = numberOf(index);
  return value == noNumber ? none : look(value / blockSize, day);
}

/** The identifier of the patient of row `index` where it is a number. */
function numberOf(index: i32): u64 {
  const patient = patientsAt + ((<usize>index) << 4);
  const start = <usize>load<u32>(patient);
  const length = <usize>load<u32>(patient, 4) - start;
  if (length > numberDigitsMax) return noNumber;
  let value: u64 = 0;
  for (let at = start; at < start + length; at += 1) {
    const digit = <u32>load<u8>(at) - 0x30;
    if (digit > 9) return noNumber;
    value = value * 10 + digit;
  }
  return value;
}

/** Where a block is looked for first: the days of one share a set. */
function placeOf(number: u64): usize {
  const clinic = startOf(Field.clinic);
  const hash = ((<u64>hashOf(clinic, endOf(Field.clinic) - clinic)) ^ number) * 0x9e37_79b9_7f4a_7c15;
  return (<usize>(hash >> 32)) & mask;
}

function look(number: u64, day: i32): i32 {
  sought = number;
  soughtDay = day;
  kept = 0;
  const clinic = startOf(Field.clinic);
  const length = endOf(Field.clinic) - clinic;
  if (length > clinicBytesMax) return missing;
  const low = first16(clinic, <i32>length);
  const high = first16(clinic + 16, <i32>length - 16);
  const first = placeOf(number);
  for (let way: usize = 0; way < entriesOfSet; way += 1) {
    const entry = blocksAt + (first ^ way) * blockBytes;
    if (load<u8>(entry) == 0) {
      if (kept == 0) kept = entry;
      continue;
    }
    if (load<u64>(entry, numberAt) != number || load<i32>(entry, dayAt) != day) continue;
    const differing = v128.or(v128.xor(low, v128.load(entry)), v128.xor(high, v128.load(entry, 16)));
    if (v128.any_true(differing)) continue;
    blockFrom = entry + digitsAt;
    return known;
  }
  if (kept != 0) return missing;
  turn = (turn + 1) % entriesOfSet;
  kept = blocksAt + (first ^ turn) * blockBytes;
  return missing;
}

/** Takes the digits at `blockAt` for the block that was missing, and keeps them. */
export function keepBlock(): void {
  blockFrom = blockAt;
  if (kept == 0) return;
  const clinic = startOf(Field.clinic);
  const length = <i32>(endOf(Field.clinic) - clinic);
  v128.store(kept, first16(clinic, length));
  v128.store(kept, first16(clinic + 16, length - 16), 16);
  store<u64>(kept, sought, numberAt);
  store<i32>(kept, soughtDay, dayAt);
  v128.store(kept, v128.load(blockAt), digitsAt);
  kept = 0;
}
