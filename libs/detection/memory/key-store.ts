import { outside } from '../scan/outside.js';

/** Two names of 1,024 characters, escaped, and what stands between them, fit. */
const chunkBytes = 16 * 1024;
const grain = 8;

/** Byte strings kept outside the heap: each in a place of its length rounded up, found again by a number. */
export class KeyStore {
  readonly #chunks: Uint8Array[] = [];
  /** The same memory as words of the machine, which are little-endian wherever this runs. */
  readonly #words: Int32Array[] = [];
  readonly #free = new Map<number, number[]>();
  #used = chunkBytes;

  get bytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** Keeps a copy; returns its place. Throws RangeError above 16 KiB. */
  put(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length > chunkBytes) throw new RangeError(`a key of ${length} bytes: at most ${chunkBytes} are kept`);
    const room = Math.ceil(length / grain) * grain;
    const place = this.#free.get(room)?.pop() ?? this.#newPlace(room);
    const offset = offsetOf(place);
    const chunk = this.chunkOf(place);
    // A loop: most keys are short, and a view of one costs more than to copy it.
    for (let i = 0; i < length; i += 1) chunk[offset + i] = bytes[start + i] ?? outside();
    for (let i = length; i < room; i += 1) chunk[offset + i] = 0;
    return place;
  }

  drop(place: number, length: number): void {
    const room = Math.ceil(length / grain) * grain;
    const free = this.#free.get(room);
    if (free) free.push(place);
    else this.#free.set(room, [place]);
  }

  get(place: number, length: number): Uint8Array {
    return this.chunkOf(place).subarray(offsetOf(place), offsetOf(place) + length);
  }

  /** Whether the key at `place` equals the `length` bytes at `start`. */
  equals(place: number, length: number, view: DataView, start: number): boolean {
    const words = this.#words[chunkNumber(place)] ?? noWords;
    const offset = offsetOf(place);
    const whole = length >> 2;
    for (let i = whole - 1; i >= 0; i -= 1) if (words[(offset >> 2) + i] !== view.getInt32(start + i * 4, true)) return false;
    let last = 0;
    for (let i = length - 1; i >= whole * 4; i -= 1) last = (last << 8) | view.getUint8(start + i);
    // What a key leaves of its last word is zero.
    return length === whole * 4 || words[(offset >> 2) + whole] === last;
  }

  touch(place: number): number {
    return this.#words[chunkNumber(place)]?.[offsetOf(place) >> 2] ?? 0;
  }

  chunkOf(place: number): Uint8Array {
    return this.#chunks[chunkNumber(place)] ?? none;
  }

  #newPlace(room: number): number {
    if (this.#used + room > chunkBytes) {
      const chunk = new Uint8Array(chunkBytes);
      this.#chunks.push(chunk);
      this.#words.push(new Int32Array(chunk.buffer));
      this.#used = 0;
    }
    const place = ((this.#chunks.length - 1) * chunkBytes + this.#used) / grain;
    this.#used += room;
    return place;
  }
}

const none = new Uint8Array(0);
const noWords = new Int32Array(0);
const placesPerChunk = chunkBytes / grain;

function chunkNumber(place: number): number {
  return (place / placesPerChunk) >>> 0;
}

function offsetOf(place: number): number {
  return (place % placesPerChunk) * grain;
}

/** Puts `length` bytes into words, the last of which is filled up with zeros. A loop: most keys are short, and views of one cost more than to copy it. */
export function copyBytes(from: DataView, start: number, length: number, to: Int32Array, at: number): void {
  const whole = length >> 2;
  for (let i = 0; i < whole; i += 1) to[at + i] = from.getInt32(start + i * 4, true);
  if (length === whole * 4) return;
  let last = 0;
  for (let i = length - 1; i >= whole * 4; i -= 1) last = (last << 8) | from.getUint8(start + i);
  to[at + whole] = last;
}

/** Whether a key that stands in words of a record, from `key` on, its last word filled up with zeros, is the bytes at `start`. */
export function wordsHold(words: Int32Array, key: number, view: DataView, start: number, length: number): boolean {
  const whole = length >> 2;
  for (let i = 0; i < whole; i += 1) if (words[key + i] !== view.getInt32(start + i * 4, true)) return false;
  let last = 0;
  for (let i = length - 1; i >= whole * 4; i -= 1) last = (last << 8) | view.getUint8(start + i);
  return length === whole * 4 || words[key + whole] === last;
}
