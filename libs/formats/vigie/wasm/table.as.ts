// The pseudonyms of one authority, looked up by the identifier's bytes. An entry is one line of the processor's cache: the identifier, filled up
// with zeros, and the sixteen bytes of its pseudonym. Four entries are a set; the one that the hash says is looked at first.

import { first16, hashOf } from './bytes.as';
import { hmac } from './hmac.as';
import { entriesAt, entriesOfSet, entryBytes } from './layout.as';

/** Identifiers longer than this are derived every time. */
const identifierBytesMax: usize = 48;
const pseudonymAt: usize = 48;

let entriesMask: usize = 0;
let turn: usize = 0;

/** Makes a table of so many sets, a power of two; once. False where there is no memory for it. */
export function setSets(sets: u32): bool {
  entriesMask = sets * entriesOfSet - 1;
  const pages = (entriesAt + sets * entriesOfSet * entryBytes + 0xffff) >> 16;
  return memory.grow(<i32>pages - memory.size()) >= 0;
}

/** Where the pseudonym of an identifier is looked for first. */
export function placeOf(start: usize, length: usize): usize {
  return length > identifierBytesMax ? 0 : hashOf(start, length) & entriesMask;
}

/** The sixteen bytes of an identifier's pseudonym; `first` is its place. */
export function pseudonymOf(first: usize, start: usize, length: usize): v128 {
  if (length > identifierBytesMax) return hmac(start, length);
  // No identifier has a zero byte, so one that is filled up with zeros is no other.
  const a = first16(start, <i32>length);
  const b = first16(start + 16, <i32>length - 16);
  const c = first16(start + 32, <i32>length - 32);
  let free: usize = 0;
  for (let way: usize = 0; way < entriesOfSet; way += 1) {
    const entry = entriesAt + (first ^ way) * entryBytes;
    const differing = v128.or(v128.xor(a, v128.load(entry)), v128.xor(b, v128.load(entry, 16)));
    if (!v128.any_true(v128.or(differing, v128.xor(c, v128.load(entry, 32))))) return v128.load(entry, pseudonymAt);
    if (free == 0 && load<u8>(entry) == 0) free = entry;
  }
  if (free == 0) {
    turn = (turn + 1) % entriesOfSet;
    free = entriesAt + (first ^ turn) * entryBytes;
  }
  const pseudonym = hmac(start, length);
  v128.store(free, a);
  v128.store(free, b, 16);
  v128.store(free, c, 32);
  v128.store(free, pseudonym, pseudonymAt);
  return pseudonym;
}
