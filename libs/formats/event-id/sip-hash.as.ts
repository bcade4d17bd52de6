// SipHash-1-3 with 64 bits of output (Aumasson and Bernstein, github.com/veorq/SipHash): a module of its own for sip-hash.ts, and a part of
// the program of rows.

let v0: u64 = 0;
let v1: u64 = 0;
let v2: u64 = 0;
let v3: u64 = 0;

/** The key's address, and where the module of its own leaves a digest. */
const keyAt: usize = 0;
const digestAt: usize = 16;

export function digest(from: usize, length: usize): void {
  store<u64>(digestAt, sipHash(keyAt, from, length));
}

/** The digest of a message. Eight bytes behind it are overwritten. */
export function sipHash(key: usize, from: usize, length: usize): u64 {
  const low = load<u64>(key);
  const high = load<u64>(key, 8);
  v0 = low ^ 0x736f_6d65_7073_6575;
  v1 = high ^ 0x646f_7261_6e64_6f6d;
  v2 = low ^ 0x6c79_6765_6e65_7261;
  v3 = high ^ 0x7465_6462_7974_6573;
  store<u64>(from + length, 0);
  const last = from + (length & ~7);
  for (let at = from; at < last; at += 8) word(load<u64>(at));
  word(load<u64>(last) | ((<u64>length) << 56));
  v2 ^= 0xff;
  word(0);
  word(0);
  word(0);
  return v0 ^ v1 ^ v2 ^ v3;
}

/** One round over one word. */
function word(value: u64): void {
  let a = v0;
  let b = v1;
  let c = v2;
  let d = v3 ^ value;
  a += b;
  c += d;
  b = rotl<u64>(b, 13) ^ a;
  d = rotl<u64>(d, 16) ^ c;
  a = rotl<u64>(a, 32);
  c += b;
  a += d;
  v1 = rotl<u64>(b, 17) ^ c;
  v3 = rotl<u64>(d, 21) ^ a;
  v2 = rotl<u64>(c, 32);
  v0 = a ^ value;
}
