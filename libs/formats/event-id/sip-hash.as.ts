// SipHash-1-3 with 64 bits of output (Aumasson and Bernstein, github.com/veorq/SipHash): a module of its own for sip-hash.ts, and a part of
// the program of rows.

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
  let a = low ^ 0x736f_6d65_7073_6575;
  let b = high ^ 0x646f_7261_6e64_6f6d;
  let c = low ^ 0x6c79_6765_6e65_7261;
  let d = high ^ 0x7465_6462_7974_6573;
  store<u64>(from + length, 0);
  const last = from + (length & ~7);
  store<u8>(last, <u8>length, 7);
  // The last word, which ends with the length, is followed by three rounds over nothing. The state stays in four variables: rounds depend on each other, and each
  // would wait for what the one before has put into memory.
  const end = last + 32;
  for (let at = from; at < end; at += 8) {
    const value = at <= last ? load<u64>(at) : 0;
    if (at == last + 8) c ^= 0xff;
    d ^= value;
    a += b;
    c += d;
    b = rotl<u64>(b, 13) ^ a;
    d = rotl<u64>(d, 16) ^ c;
    a = rotl<u64>(a, 32);
    c += b;
    a += d;
    b = rotl<u64>(b, 17) ^ c;
    d = rotl<u64>(d, 21) ^ a;
    c = rotl<u64>(c, 32);
    a ^= value;
  }
  return a ^ b ^ c ^ d;
}
