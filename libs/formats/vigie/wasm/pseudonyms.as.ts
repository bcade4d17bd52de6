// The pseudonyms of one authority, looked up by the identifier's bytes. Four entries a set, the places in it taken in turn.

import { first16, hexOf } from './bytes.as';
import { hmac } from './hmac.as';
import { digitsAt, entriesOfSet, entryBytes, hashesAt, hashSetBytes, hexAt, patientsAt } from './layout.as';
import { patients } from './scan.as';

/** Identifiers longer than this are derived every time. */
const identifierBytesMax = 31;
const pseudonymBytes: usize = 32;

let setsMask: u32 = 0;
let entriesAt: usize = 0;
let turn: u32 = 0;

/** Distinct pseudonyms of the last line. */
export let pseudonyms = 0;

/** Makes a table of so many sets, a power of two; once. False where there is no memory for it. */
export function setSets(sets: u32): bool {
  setsMask = sets - 1;
  entriesAt = hashesAt + sets * hashSetBytes;
  const pages = (entriesAt + sets * entriesOfSet * entryBytes + 0xffff) >> 16;
  return memory.grow(<i32>pages - memory.size()) >= 0;
}

/** The distinct pseudonyms of the line's patients, in the order in which they appear. */
export function derive(): void {
  pseudonyms = 0;
  for (let patient = 0; patient < patients; patient += 1) {
    const place = patientsAt + (<usize>patient << 3);
    const to = digitsAt + <usize>(pseudonyms + 1) * pseudonymBytes;
    write(load<u32>(place), load<u32>(place, 4), to);
    if (!isRepeated(to)) pseudonyms += 1;
  }
}

function isRepeated(last: usize): bool {
  for (let at = digitsAt + pseudonymBytes; at < last; at += pseudonymBytes) {
    const low = v128.xor(v128.load(at), v128.load(last));
    if (!v128.any_true(v128.or(low, v128.xor(v128.load(at, 16), v128.load(last, 16))))) return true;
  }
  return false;
}

/** Writes the pseudonym of an identifier as 32 digits. */
function write(start: usize, end: usize, to: usize): void {
  const length = <i32>(end - start);
  if (length > identifierBytesMax) return hexOf(hmac(start, length), v128.load(hexAt), to);
  // No identifier has a zero byte, so one that is filled up with zeros is no other.
  const low = first16(start, length);
  const high = first16(start + 16, length - 16);
  const hash = hashOf(low, high);
  const entry = entryOf(hash, low, high) || newEntry(hash, low, high, start, length);
  v128.store(to, v128.load(entry, 32));
  v128.store(to + 16, v128.load(entry, 48));
}

/** Where the identifier lies in the table, or 0. */
function entryOf(hash: u32, low: v128, high: v128): usize {
  const set = <usize>(hash & setsMask);
  let alike = i32x4.bitmask(i32x4.eq(v128.load(hashesAt + set * hashSetBytes), i32x4.splat(hash)));
  for (; alike != 0; alike &= alike - 1) {
    const entry = entriesAt + (set * entriesOfSet + ctz(alike)) * entryBytes;
    const differing = v128.or(v128.xor(low, v128.load(entry)), v128.xor(high, v128.load(entry, 16)));
    if (!v128.any_true(differing)) return entry;
  }
  return 0;
}

function newEntry(hash: u32, low: v128, high: v128, start: usize, length: usize): usize {
  const set = <usize>(hash & setsMask);
  turn = (turn + 1) % <u32>entriesOfSet;
  store<u32>(hashesAt + set * hashSetBytes + (<usize>turn << 2), hash);
  const entry = entriesAt + (set * entriesOfSet + turn) * entryBytes;
  v128.store(entry, low);
  v128.store(entry + 16, high);
  hexOf(hmac(start, length), v128.load(hexAt), entry + 32);
  return entry;
}

/** Who chose identifiers that collide would make the table useless, nothing else. */
function hashOf(low: v128, high: v128): u32 {
  let hash = i64x2.extract_lane(low, 0) * 0x9e37_79b9_7f4a_7c15;
  hash = (rotl<i64>(hash, 31) ^ i64x2.extract_lane(low, 1)) * 0x9e37_79b9_7f4a_7c15;
  hash = (rotl<i64>(hash, 31) ^ i64x2.extract_lane(high, 0)) * 0x9e37_79b9_7f4a_7c15;
  hash = (rotl<i64>(hash, 31) ^ i64x2.extract_lane(high, 1)) * 0x9e37_79b9_7f4a_7c15;
  return <u32>(<u64>hash >> 32) ^ <u32>hash;
}
