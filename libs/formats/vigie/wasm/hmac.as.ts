// HMAC-SHA-256 (RFC 2104, FIPS 180-4) of patients under the states that a key leaves: two blocks for an ordinary one.

import { put, wordsOf } from './bytes.as';
import { hashMessageAt, hashStateAt, initialAt, innerAt, outerAt, outerMessageAt, roundsAt, scheduleAt } from './layout.as';

const blockBytes: usize = 64;

/** Bytes of the prefix in whole blocks, and behind them. */
let prefixBlocksBytes: usize = 0;
let prefixRestBytes: usize = 0;

/** Takes the 32 bytes of a key at `key`, and what stands before each identifier; neither is read again. */
export function setKey(key: usize, prefix: usize, prefixBytes: usize): void {
  keyState(key, 0x36, innerAt);
  keyState(key, 0x5c, outerAt);
  prefixBlocksBytes = prefixBytes & ~(blockBytes - 1);
  prefixRestBytes = prefixBytes - prefixBlocksBytes;
  for (let at: usize = 0; at < prefixBlocksBytes; at += blockBytes) compress(innerAt, prefix + at);
  for (let at: usize = 0; at < blockBytes; at += 16) v128.store(hashMessageAt + at, i32x4.splat(0)); // the key was there
  put(prefix + prefixBlocksBytes, prefixRestBytes, hashMessageAt);
}

/** What SHA-256 has behind the key's block, each of its bytes changed by `pad`. */
function keyState(key: usize, pad: u8, to: usize): void {
  const padded = i8x16.splat(pad);
  v128.store(hashMessageAt, v128.xor(v128.load(key), padded));
  v128.store(hashMessageAt + 16, v128.xor(v128.load(key, 16), padded));
  v128.store(hashMessageAt + 32, padded);
  v128.store(hashMessageAt + 48, padded);
  copyState(initialAt, to);
  compress(to, hashMessageAt);
}

/** The first 128 bits of the HMAC over the prefix and the identifier at `from`. */
export function hmac(from: usize, length: usize): v128 {
  copyState(innerAt, hashStateAt);
  put(from, length, hashMessageAt + prefixRestBytes);
  finish(hashMessageAt, prefixRestBytes + length, blockBytes + prefixBlocksBytes);
  v128.store(outerMessageAt, wordsOf(v128.load(hashStateAt)));
  v128.store(outerMessageAt + 16, wordsOf(v128.load(hashStateAt, 16)));
  copyState(outerAt, hashStateAt);
  finish(outerMessageAt, 32, blockBytes);
  return wordsOf(v128.load(hashStateAt));
}

function copyState(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to + 16, v128.load(from, 16));
}

/** Pads the `length` bytes at `message`, which follow `before` bytes of whole blocks, and takes them into the state. */
function finish(message: usize, length: usize, before: usize): void {
  const end = (length + 9 + blockBytes - 1) & ~(blockBytes - 1);
  store<u8>(message + length, 0x80);
  for (let at = length + 1; at < end; at += 16) v128.store(message + at, i32x4.splat(0));
  store<u64>(message + end - 8, bswap<u64>((<u64>(before + length)) << 3));
  for (let at: usize = 0; at < end; at += blockBytes) compress(hashStateAt, message + at);
}

/** Takes a block of 64 bytes into the eight words of a state. */
function compress(state: usize, block: usize): void {
  for (let at: usize = 0; at < blockBytes; at += 16) v128.store(scheduleAt + at, wordsOf(v128.load(block + at)));
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let round: usize = 0; round < 256; round += 4) {
    const one = h + (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + (g ^ (e & (f ^ g))) + scheduled(round);
    const two = (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + ((a & b) | (c & (a | b)));
    h = g;
    g = f;
    f = e;
    e = d + one;
    d = c;
    c = b;
    b = a;
    a = one + two;
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
  store<u32>(state, load<u32>(state, 16) + e, 16);
  store<u32>(state, load<u32>(state, 20) + f, 20);
  store<u32>(state, load<u32>(state, 24) + g, 24);
  store<u32>(state, load<u32>(state, 28) + h, 28);
}

/** Constant and word of a round; in the word's place is left the one sixteen rounds later. */
function scheduled(round: usize): u32 {
  const place = scheduleAt + (round & 63);
  const value = load<u32>(place);
  const soon = load<u32>(scheduleAt + ((round + 4) & 63));
  const late = load<u32>(scheduleAt + ((round + 56) & 63));
  const small = rotr<u32>(soon, 7) ^ rotr<u32>(soon, 18) ^ (soon >> 3);
  const large = rotr<u32>(late, 17) ^ rotr<u32>(late, 19) ^ (late >> 10);
  store<u32>(place, value + small + load<u32>(scheduleAt + ((round + 36) & 63)) + large);
  return load<u32>(roundsAt + round) + value;
}
