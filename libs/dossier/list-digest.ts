import { createHash } from 'node:crypto';

/** Of the lines of a list, and of its rows: the same lines with the keys and the controller behind each. Hexadecimal. */
export interface Digest {
  readonly lines: number;
  readonly sha256: string;
  readonly rows_sha256: string;
}

const lineFeed = 10;
const tab = 9;
const lineEnd = Buffer.of(lineFeed);

/** Digests the rows of a list, pieces of any size, in constant memory. */
export class ListDigest {
  readonly #list = createHash('sha256');
  readonly #rows = createHash('sha256');
  #rest = Buffer.alloc(0);
  #lines = 0;

  take(piece: Buffer): void {
    this.#rows.update(piece);
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece;
    let from = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, from)) {
      // A tab inside a text is written as \t, so that the last two are those before the keys and the controller.
      const beforeController = bytes.lastIndexOf(tab, end);
      this.#list.update(bytes.subarray(from, bytes.lastIndexOf(tab, beforeController - 1))).update(lineEnd);
      this.#lines += 1;
      from = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
  }

  /** Throws when the rows end in the middle of one. */
  end(): Digest {
    if (this.#rest.length > 0) throw new Error('the list ends in the middle of a line');
    return { lines: this.#lines, sha256: this.#list.digest('hex'), rows_sha256: this.#rows.digest('hex') };
  }
}
