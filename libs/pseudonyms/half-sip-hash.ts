/** Bytes of a key: eight for each lane. */
export const halfSipHashKeyBytes = 16;

/** The two digits of each byte, as a little-endian word. */
const hexPairs = Uint16Array.from({ length: 256 }, (_, byte) => hexDigit(byte >> 4) | (hexDigit(byte & 15) << 8));

/**
 * HalfSipHash-1-3 with 64 bits of output (Aumasson and Bernstein, reference implementation github.com/veorq/SipHash) in two lanes: whoever
 * does not know the key cannot choose two messages with one digest. Each lane takes every other word of 32 bits, and the digest of the
 * second lane is the end of the message of the first. A step waits for the one before it, so two lanes take little more time than one.
 */
export class HalfSipHash {
  readonly #key: readonly number[];
  readonly #words = new Int32Array(2);

  constructor(key: Buffer) {
    if (key.length !== halfSipHashKeyBytes) throw new RangeError(`a key has ${halfSipHashKeyBytes} bytes, not ${key.length}`);
    this.#key = [0, 4, 8, 12].map((at) => key.readInt32LE(at));
  }

  /**
   * Writes the digest of a message as sixteen hexadecimal digits. The message lies in parts: from `ends[0]` to `ends[1]`, from `ends[2]` to
   * `ends[3]`, and so on; where each part ends is digested as well, by its length in the last of its blocks of eight bytes. Rounds are
   * written out and everything is in local variables, because calls and fields would cost more than the rounds.
   */
  digest(bytes: DataView, ends: Int32Array, target: DataView, targetAt: number): void {
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = this.#key;
    let v0 = k0, v1 = k1 ^ 0xee, v2 = 0x6c796765 ^ k0, v3 = 0x74656462 ^ k1; // prettier-ignore
    let w0 = k2, w1 = k3 ^ 0xee, w2 = 0x6c796765 ^ k2, w3 = 0x74656462 ^ k3; // prettier-ignore
    for (let part = 0; part < ends.length; part += 2) {
      const from = ends[part] ?? 0;
      const to = ends[part + 1] ?? 0;
      const whole = to - ((to - from) & 7);
      for (let at = from; at <= whole; at += 8) {
        const isWhole = at < whole;
        const v = isWhole ? bytes.getInt32(at, true) : partOfWord(bytes, at, to);
        const w = isWhole ? bytes.getInt32(at + 4, true) : partOfWord(bytes, at + 4, to) | ((to - from) << 24);
        v3 ^= v;
        w3 ^= w;
        v0 = (v0 + v1) | 0;
        w0 = (w0 + w1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        w1 = ((w1 << 5) | (w1 >>> 27)) ^ w0;
        v0 = (v0 << 16) | (v0 >>> 16);
        w0 = (w0 << 16) | (w0 >>> 16);
        v2 = (v2 + v3) | 0;
        w2 = (w2 + w3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        w3 = ((w3 << 8) | (w3 >>> 24)) ^ w2;
        v0 = (v0 + v3) | 0;
        w0 = (w0 + w3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        w3 = ((w3 << 7) | (w3 >>> 25)) ^ w0;
        v2 = (v2 + v1) | 0;
        w2 = (w2 + w1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        w1 = ((w1 << 13) | (w1 >>> 19)) ^ w2;
        v2 = (v2 << 16) | (v2 >>> 16);
        w2 = (w2 << 16) | (w2 >>> 16);
        v0 ^= v;
        w0 ^= w;
      }
    }
    const words = this.#words;
    finish(w0, w1, w2, w3, words, 0);
    finish(v0, v1, v2, v3, words, 2);
    writeHex(words[0] ?? 0, target, targetAt);
    writeHex(words[1] ?? 0, target, targetAt + 8);
  }
}

/** Ends the lane of a state: takes the last `count` words of its message, and leaves the two of its digest in their place. */
function finish(a: number, b: number, c: number, d: number, words: Int32Array, count: number): void {
  let v0 = a, v1 = b, v2 = c, v3 = d; // prettier-ignore
  let half = 0;
  // Three rounds give the first half of the digest, three more the other.
  for (let round = 0; round < count + 6; round += 1) {
    const word = round < count ? (words[round] ?? 0) : 0;
    v3 ^= word;
    if (round === count) v2 ^= 0xee;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
    if (round === count + 2) {
      half = v1 ^ v3;
      v1 ^= 0xdd;
    }
  }
  words[0] = half;
  words[1] = v1 ^ v3;
}

/** The bytes of a word that are before the end, little-endian. */
function partOfWord(bytes: DataView, from: number, to: number): number {
  let word = 0;
  for (let at = from, shift = 0; at < to && shift < 32; at += 1, shift += 8) word |= bytes.getUint8(at) << shift;
  return word;
}

function writeHex(word: number, target: DataView, at: number): void {
  for (let byte = 0; byte < 4; byte += 1) target.setUint16(at + 2 * byte, hexPairs[(word >>> (8 * byte)) & 0xff] ?? 0, true);
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
