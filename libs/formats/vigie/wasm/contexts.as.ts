// Contexts: who accesses, in which clinic and from which address. They come again line by line, so that each has a place, and what is known of it can be kept
// outside by that place without making texts of it. What is kept belongs to the context only as long as the number beside it is the same.

import { hashOf, put } from './bytes.as';
import { contextAt, contextBytes, contextKeyAt, contextsAt, contextSetsMax, entriesOfSet } from './layout.as';
import { endOf, Field, startOf } from './scan.as';

/** Of an entry: the bytes of the context, filled up with zeros, then its number. */
const keyBytes: usize = 112;
const numberAt: usize = 112;

let mask: usize = contextSetsMax * entriesOfSet - 1;
let turn: usize = 0;
let number: u32 = 0;

/** Of so many sets, a power of two; before the first line. */
export function setContextSets(sets: u32): void {
  mask = sets * entriesOfSet - 1;
}

/** Writes place and number of the context of the line that was read to `contextAt`. False where it is too long to have one. */
export function context(): bool {
  const length = makeKey();
  if (length == 0) return false;
  const first = hashOf(contextKeyAt, length) & mask;
  let free = -1;
  for (let way: usize = 0; way < entriesOfSet; way += 1) {
    const entry = contextsAt + (first ^ way) * contextBytes;
    if (isAt(entry, length)) return found(first ^ way);
    if (free < 0 && load<u8>(entry) == 0) free = <i32>(first ^ way);
  }
  if (free < 0) {
    turn = (turn + 1) % entriesOfSet;
    free = <i32>(first ^ turn);
  }
  const entry = contextsAt + <usize>free * contextBytes;
  for (let at: usize = 0; at < keyBytes; at += 16) v128.store(entry + at, v128.load(contextKeyAt + at));
  number += 1;
  store<u32>(entry + numberAt, number);
  return found(free);
}

/** Account, clinic and address with a zero between, which no text holds. Its length, or 0. */
function makeKey(): usize {
  const account = endOf(Field.actor) - startOf(Field.actor);
  const clinic = endOf(Field.clinic) - startOf(Field.clinic);
  const address = endOf(Field.address) == 0 ? 0 : endOf(Field.address) - startOf(Field.address);
  const length = account + clinic + address + 2;
  if (length >= keyBytes) return 0;
  let at = put(startOf(Field.actor), account, contextKeyAt);
  store<u8>(at, 0);
  at = put(startOf(Field.clinic), clinic, at + 1);
  store<u8>(at, 0);
  at = put(startOf(Field.address), address, at + 1);
  for (; at < contextKeyAt + keyBytes; at += 16) v128.store(at, i32x4.splat(0));
  return length;
}

/** Compares one byte more than there are, so that a longer context is another. */
function isAt(entry: usize, length: usize): bool {
  for (let at: usize = 0; at <= length; at += 16)
    if (v128.any_true(v128.xor(v128.load(entry + at), v128.load(contextKeyAt + at)))) return false;
  return true;
}

function found(place: usize): bool {
  store<u32>(contextAt, <u32>place);
  store<u32>(contextAt, load<u32>(contextsAt + place * contextBytes, numberAt), 4);
  return true;
}
