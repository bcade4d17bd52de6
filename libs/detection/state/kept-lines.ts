const lineFeed = 0x0a;
/** Bytes of the first piece, for an account that waits because of one access, and of the largest. */
const pieceLeast = 1_024;
const pieceMost = 65_536;

interface Piece {
  readonly bytes: Uint8Array;
  used: number;
  lines: number;
}

/** Copies of lines, each with its end, in the order in which they came. They lie one behind the other: a view for each costs more than its bytes. */
export class KeptLines {
  #pieces: Piece[] = [];
  #count = 0;

  /** Those of frames that hold whole lines. */
  static of(frames: readonly Uint8Array[]): KeptLines {
    const kept = new KeptLines();
    for (const bytes of frames) {
      let lines = 0;
      for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) lines += 1;
      kept.#pieces.push({ bytes, used: bytes.length, lines });
      kept.#count += lines;
    }
    return kept;
  }

  get count(): number {
    return this.#count;
  }

  /** The bytes from `start` to `end`, without the end of the line. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start + 1;
    const last = this.#pieces.at(-1);
    const piece = last && last.used + length <= last.bytes.length ? last : this.#piece(length, last);
    const { bytes: into, used } = piece;
    into.set(bytes.subarray(start, end), used);
    into[used + length - 1] = lineFeed;
    piece.used += length;
    piece.lines += 1;
    this.#count += 1;
  }

  #piece(length: number, last: Piece | undefined): Piece {
    const size = Math.max(length, last ? Math.min(pieceMost, 2 * last.bytes.length) : pieceLeast);
    const piece = { bytes: new Uint8Array(size), used: 0, lines: 0 };
    this.#pieces.push(piece);
    return piece;
  }

  /** Frames of the lines behind the first `seen`. */
  since(seen: number): readonly Uint8Array[] {
    const frames: Uint8Array[] = [];
    let before = 0;
    for (const { bytes, used, lines } of this.#pieces) {
      const skipped = Math.min(lines, Math.max(0, seen - before));
      before += lines;
      if (skipped === lines) continue;
      let from = 0;
      for (let line = 0; line < skipped; line += 1) from = bytes.indexOf(lineFeed, from) + 1;
      frames.push(bytes.subarray(from, used));
    }
    return frames;
  }
}
