/** Two names of 1,024 characters, escaped, and what stands between them, fit. */
const chunkBytes = 16 * 1024;
const grain = 8;

/** Byte strings kept outside the heap: each in a place of its length rounded up, found again by a number. */
export class KeyStore {
  readonly #chunks: Uint8Array[] = [];
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
    this.chunkOf(place).set(bytes.subarray(start, end), offsetOf(place));
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

  /** Whether the key at `place` equals `bytes[start, start + length)`. */
  equals(place: number, length: number, bytes: Uint8Array, start: number): boolean {
    const chunk = this.chunkOf(place);
    const offset = offsetOf(place);
    for (let i = length - 1; i >= 0; i -= 1) if (chunk[offset + i] !== bytes[start + i]) return false;
    return true;
  }

  chunkOf(place: number): Uint8Array {
    return this.#chunks[Math.floor((place * grain) / chunkBytes)] ?? none;
  }

  #newPlace(room: number): number {
    if (this.#used + room > chunkBytes) {
      this.#chunks.push(new Uint8Array(chunkBytes));
      this.#used = 0;
    }
    const place = ((this.#chunks.length - 1) * chunkBytes + this.#used) / grain;
    this.#used += room;
    return place;
  }
}

const none = new Uint8Array(0);

function offsetOf(place: number): number {
  return (place * grain) % chunkBytes;
}
