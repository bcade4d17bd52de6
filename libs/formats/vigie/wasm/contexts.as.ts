// Contexts: who accesses, in which clinic and from which address. They come again line by line, so that each has a place, and what is known of it can be kept
// outside by that place without making texts of it. What is kept belongs to the context only as long as the number beside it is the same.

import { hashOf, put } from './bytes.as';
import { contextBytes, contextKeyAt, contextsAt, contextSetsMax, entriesOfSet, factsAt } from './layout.as';
import { endOf, Field, startOf } from './scan.as';

/** Where the facts of a line have them. */
const placeAt: usize = 20;
const numberAt: usize = 24;
/** Of an entry: its number, then the bytes of the context, filled up with zeros: mostly all of it is one line of the processor's cache. */
const keyAt: usize = 16;
const keyBytes: usize = 112;

let mask: usize = contextSetsMax * entriesOfSet - 1;
let turn: usize = 0;
let number: u32 = 0;
/** Of the line that was read: the length of its context, 0 for one that is too long, and the place where it is looked for first. */
let length: usize = 0;
let first: usize = 0;
/** Of no use but that what was read cannot be left out. */
let asked: u8 = 0;

/** Of so many sets, a power of two; before the first line. */
export function setContextSets(sets: u32): void {
  mask = sets * entriesOfSet - 1;
}

/** Asks for the context of the line that was scanned, so that it comes while the rest is done. */
export function askContext(): void {
  length = makeKey();
  first = hashOf(contextKeyAt, length) & mask;
  asked ^= load<u8>(contextsAt + first * contextBytes);
}

/** Tells place and number of the context of the line that was read; the number is 0 where it is too long to have one. */
export function tellContext(): void {
  if (length == 0) {
    store<u32>(factsAt, 0, numberAt);
    return;
  }
  let free = -1;
  for (let way: usize = 0; way < entriesOfSet; way += 1) {
    const entry = contextsAt + (first ^ way) * contextBytes;
    if (isAt(entry + keyAt)) {
      tell(first ^ way);
      return;
    }
    if (free < 0 && load<u32>(entry) == 0) free = <i32>(first ^ way);
  }
  if (free < 0) {
    turn = (turn + 1) % entriesOfSet;
    free = <i32>(first ^ turn);
  }
  const entry = contextsAt + <usize>free * contextBytes;
  for (let at: usize = 0; at < keyBytes; at += 16) v128.store(entry + keyAt + at, v128.load(contextKeyAt + at));
  number += 1;
  store<u32>(entry, number);
  tell(free);
}

/** Account, clinic and address with a zero between, which no text holds. Its length, or 0. */
function makeKey(): usize {
  const account = endOf(Field.actor) - startOf(Field.actor);
  const clinic = endOf(Field.clinic) - startOf(Field.clinic);
  const address = endOf(Field.address) == 0 ? 0 : endOf(Field.address) - startOf(Field.address);
  const bytes = account + clinic + address + 2;
  if (bytes >= keyBytes) return 0;
  let at = put(startOf(Field.actor), account, contextKeyAt);
  store<u8>(at, 0);
  at = put(startOf(Field.clinic), clinic, at + 1);
  store<u8>(at, 0);
  at = put(startOf(Field.address), address, at + 1);
  for (; at < contextKeyAt + keyBytes; at += 16) v128.store(at, i32x4.splat(0));
  return bytes;
}

/** Compares one byte more than there are, so that a longer context is another. */
function isAt(key: usize): bool {
  for (let at: usize = 0; at <= length; at += 16)
    if (v128.any_true(v128.xor(v128.load(key + at), v128.load(contextKeyAt + at)))) return false;
  return true;
}

function tell(place: usize): void {
  store<u32>(factsAt, <u32>place, placeAt);
  store<u32>(factsAt, load<u32>(contextsAt + place * contextBytes), numberAt);
}
