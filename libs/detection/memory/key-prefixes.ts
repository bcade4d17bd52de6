import { copied } from './grown.js';
import { between } from '../scan/row-layout.js';
import { viewOf } from '../scan/scan-text.js';

/** Beginnings that are kept, and their bytes at most: some hundred kilobytes, whoever names groups. */
const prefixesMax = 4_096;
const prefixBytesMax = 96;
const quote = 0x22;
const mark = Buffer.from(between);

interface Prefix {
  readonly bytes: Uint8Array;
  /** The same as words of four bytes, those that are whole. */
  readonly words: Int32Array;
  /** Undefined where its bytes do not stand for themselves. */
  readonly group: string | undefined;
}

const none: Prefix = { bytes: new Uint8Array(0), words: new Int32Array(0), group: undefined };

/**
 * What keys of accounts begin with, the group and the key that follows it, as small numbers: the thousands of accounts of a group keep it once. Number 0 is
 * the empty one, which the keys have that there is no room for.
 */
export class KeyPrefixes {
  readonly #known: Prefix[] = [none];
  readonly #byText = new Map<string, number>();
  /** The one found last: accounts that are met one after the other are mostly of one group. */
  #last = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** The number of what the key in `bytes[start, end)` begins with. The rest is never empty. */
  of(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const length = this.length(this.#last);
    if (length > 0 && end - start > length && this.isAt(this.#last, view, start, length)) return this.#last;
    const groupEnd = bytes.indexOf(quote, start);
    const prefixEnd = groupEnd + mark.length;
    if (groupEnd < 0 || prefixEnd >= end || prefixEnd - start > prefixBytesMax) return 0;
    if (mark.compare(bytes, groupEnd, prefixEnd) !== 0) return 0;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, prefixEnd - start).toString('latin1');
    this.#last = this.#byText.get(text) ?? this.#add(text, copied(bytes, start, prefixEnd));
    return this.#last;
  }

  length(prefix: number): number {
    return this.bytesOf(prefix).length;
  }
  /** The group that it says; undefined of number 0, and where that has an escape in it. */
  groupOf(prefix: number): string | undefined {
    return this.#known[prefix]?.group;
  }
  bytesOf(prefix: number): Uint8Array {
    return this.#known[prefix]?.bytes ?? none.bytes;
  }

  /** Whether the `length` bytes at `start` are this one. */
  isAt(prefix: number, view: DataView, start: number, length: number): boolean {
    const { bytes, words } = this.#known[prefix] ?? none;
    if (bytes.length !== length) return false;
    for (let i = 0; i < words.length; i += 1) if (words[i] !== view.getInt32(start + i * 4, true)) return false;
    for (let i = words.length * 4; i < length; i += 1) if (bytes[i] !== view.getUint8(start + i)) return false;
    return true;
  }

  #add(text: string, bytes: Uint8Array): number {
    if (this.#known.length >= prefixesMax) return 0;
    const view = viewOf(bytes);
    const words = Int32Array.from({ length: bytes.length >> 2 }, (_, word) => view.getInt32(word * 4, true));
    const group = Buffer.from(bytes.subarray(0, bytes.length - mark.length)).toString();
    this.#known.push({ bytes, words, group: group.includes('\\') ? undefined : group });
    this.#byText.set(text, this.#known.length - 1);
    this.#bytes += 4 * bytes.length + 100;
    return this.#known.length - 1;
  }
}
