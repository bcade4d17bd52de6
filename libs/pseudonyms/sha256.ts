/*
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) over bytes that lie in a larger buffer, without an object, a string or a call into native
 * code per message: messages of one block cost a quarter of `node:crypto` here (benchmark: bench/ingest.ts). Equal to it by a property test.
 * Nothing secret decides which memory is read.
 */

const blockBytes = 64;
const lengthAt = 56;

/** The first 32 bits of the fractional parts of the cube roots (`constants`) and square roots (`initial`) of the first primes. */
const primes = firstPrimes(64);
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
/** The two digits of each byte, as a little-endian word. */
export const hexPairs = Uint16Array.from({ length: 256 }, (_, byte) => hexDigit(byte >> 4) | (hexDigit(byte & 15) << 8));

/** One message at a time: `start`, `update` as often as needed, `finish`, then read `state` or `hex128`. */
export class Sha256 {
  /** After `finish` the digest as eight big-endian words. */
  readonly state = new Int32Array(8);
  readonly #schedule = new Int32Array(64);
  readonly #block = new Uint8Array(blockBytes);
  readonly #view = new DataView(this.#block.buffer);
  #filled = 0;
  #bytes = 0;

  /** Begins a message, or goes on from the state that `bytes` (whole blocks) have led to. */
  start(state: Int32Array = initial, bytes = 0): void {
    this.state.set(state);
    this.#filled = 0;
    this.#bytes = bytes;
  }

  update(bytes: Uint8Array, start: number, end: number): void {
    const block = this.#block;
    let filled = this.#filled;
    for (let at = start; at < end; at += 1) {
      block[filled++] = bytes[at] ?? 0;
      if (filled === blockBytes) {
        this.#compress();
        filled = 0;
      }
    }
    this.#filled = filled;
    this.#bytes += end - start;
  }

  finish(): void {
    const block = this.#block;
    block[this.#filled] = 0x80;
    block.fill(0, this.#filled + 1);
    if (this.#filled >= lengthAt) {
      this.#compress();
      block.fill(0);
    }
    this.#view.setUint32(lengthAt, Math.floor(this.#bytes / 0x2000_0000));
    this.#view.setInt32(lengthAt + 4, this.#bytes << 3);
    this.#compress();
  }

  /** Writes the digest's first 128 bits as 32 lower-case hexadecimal digits at `at`. */
  hex128(target: DataView, at: number): void {
    for (let word = 0; word < 4; word += 1) {
      const value = this.state[word] ?? 0;
      const to = at + word * 8;
      target.setUint16(to, hexPairs[value >>> 24] ?? 0, true);
      target.setUint16(to + 2, hexPairs[(value >>> 16) & 255] ?? 0, true);
      target.setUint16(to + 4, hexPairs[(value >>> 8) & 255] ?? 0, true);
      target.setUint16(to + 6, hexPairs[value & 255] ?? 0, true);
    }
  }

  #compress(): void {
    const w = this.#schedule;
    const view = this.#view;
    const { state } = this;
    for (let t = 0; t < 16; t += 1) w[t] = view.getInt32(t * 4);
    for (let t = 16; t < 64; t += 1) {
      const x = w[t - 15] ?? 0;
      const y = w[t - 2] ?? 0;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[t] = ((w[t - 16] ?? 0) + s0 + (w[t - 7] ?? 0) + s1) | 0;
    }
    let a = state[0] ?? 0, b = state[1] ?? 0, c = state[2] ?? 0, d = state[3] ?? 0; // prettier-ignore
    let e = state[4] ?? 0, f = state[5] ?? 0, g = state[6] ?? 0, h = state[7] ?? 0; // prettier-ignore
    // Eight rounds a turn: the words change their names instead of their places, a third faster.
    for (let t = 0; t < 64; t += 8) {
      h = (h + sum1(e) + (g ^ (e & (f ^ g))) + (constants[t] ?? 0) + (w[t] ?? 0)) | 0;
      d = (d + h) | 0;
      h = (h + sum0(a) + ((a & b) | (c & (a | b)))) | 0;
      g = (g + sum1(d) + (f ^ (d & (e ^ f))) + (constants[t + 1] ?? 0) + (w[t + 1] ?? 0)) | 0;
      c = (c + g) | 0;
      g = (g + sum0(h) + ((h & a) | (b & (h | a)))) | 0;
      f = (f + sum1(c) + (e ^ (c & (d ^ e))) + (constants[t + 2] ?? 0) + (w[t + 2] ?? 0)) | 0;
      b = (b + f) | 0;
      f = (f + sum0(g) + ((g & h) | (a & (g | h)))) | 0;
      e = (e + sum1(b) + (d ^ (b & (c ^ d))) + (constants[t + 3] ?? 0) + (w[t + 3] ?? 0)) | 0;
      a = (a + e) | 0;
      e = (e + sum0(f) + ((f & g) | (h & (f | g)))) | 0;
      d = (d + sum1(a) + (c ^ (a & (b ^ c))) + (constants[t + 4] ?? 0) + (w[t + 4] ?? 0)) | 0;
      h = (h + d) | 0;
      d = (d + sum0(e) + ((e & f) | (g & (e | f)))) | 0;
      c = (c + sum1(h) + (b ^ (h & (a ^ b))) + (constants[t + 5] ?? 0) + (w[t + 5] ?? 0)) | 0;
      g = (g + c) | 0;
      c = (c + sum0(d) + ((d & e) | (f & (d | e)))) | 0;
      b = (b + sum1(g) + (a ^ (g & (h ^ a))) + (constants[t + 6] ?? 0) + (w[t + 6] ?? 0)) | 0;
      f = (f + b) | 0;
      b = (b + sum0(c) + ((c & d) | (e & (c | d)))) | 0;
      a = (a + sum1(f) + (h ^ (f & (g ^ h))) + (constants[t + 7] ?? 0) + (w[t + 7] ?? 0)) | 0;
      e = (e + a) | 0;
      a = (a + sum0(b) + ((b & c) | (d & (b | c)))) | 0;
    }
    state[0] = (state[0] ?? 0) + a;
    state[1] = (state[1] ?? 0) + b;
    state[2] = (state[2] ?? 0) + c;
    state[3] = (state[3] ?? 0) + d;
    state[4] = (state[4] ?? 0) + e;
    state[5] = (state[5] ?? 0) + f;
    state[6] = (state[6] ?? 0) + g;
    state[7] = (state[7] ?? 0) + h;
  }
}

function sum0(x: number): number {
  return ((x >>> 2) | (x << 30)) ^ ((x >>> 13) | (x << 19)) ^ ((x >>> 22) | (x << 10));
}

function sum1(x: number): number {
  return ((x >>> 6) | (x << 26)) ^ ((x >>> 11) | (x << 21)) ^ ((x >>> 25) | (x << 7));
}

/** HMAC-SHA-256 under one key, its two key blocks worked on once. `start`, `update`, `finish`, then `hex128`. */
export class HmacSha256 {
  readonly #sha = new Sha256();
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;
  readonly #digest = new Uint8Array(32);
  readonly #digestView = new DataView(this.#digest.buffer);

  /** Keys of at most one block (64 bytes). */
  constructor(key: Uint8Array) {
    if (key.length > blockBytes) throw new RangeError(`an HMAC key of ${key.length} bytes was refused: at most ${blockBytes}`);
    this.#inner = this.#keyState(key, 0x36);
    this.#outer = this.#keyState(key, 0x5c);
  }

  start(): void {
    this.#sha.start(this.#inner, blockBytes);
  }
  update(bytes: Uint8Array, start: number, end: number): void {
    this.#sha.update(bytes, start, end);
  }
  finish(): void {
    const sha = this.#sha;
    sha.finish();
    sha.state.forEach((word, index) => this.#digestView.setInt32(index * 4, word));
    sha.start(this.#outer, blockBytes);
    sha.update(this.#digest, 0, this.#digest.length);
    sha.finish();
  }
  hex128(target: DataView, at: number): void {
    this.#sha.hex128(target, at);
  }

  #keyState(key: Uint8Array, pad: number): Int32Array {
    const block = new Uint8Array(blockBytes);
    block.set(key);
    this.#sha.start();
    this.#sha.update(
      block.map((byte) => byte ^ pad),
      0,
      blockBytes,
    );
    return this.#sha.state.slice();
  }
}

function firstPrimes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 0x1_0000_0000) | 0;
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
