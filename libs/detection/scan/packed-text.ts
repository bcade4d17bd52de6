/** What a text of at most so many bytes is packed into four words as it is, its length in the last byte: no two are alike. */
export const packedBytes = 15;

/** Four words of 32 bits. */
export interface PackedText {
  v0: number;
  v1: number;
  v2: number;
  v3: number;
}

/** Packs `length` bytes at `start`; false, and nothing is written, where they are none or too many. */
export function packText(view: DataView, start: number, length: number, packed: PackedText): boolean {
  if (length <= 0 || length > packedBytes) return false;
  const isWithin = start + packedBytes < view.byteLength;
  packed.v0 = isWithin ? wordOf(view, start, length) : lastWordOf(view, start, length);
  packed.v1 = isWithin ? wordOf(view, start + 4, length - 4) : lastWordOf(view, start + 4, length - 4);
  packed.v2 = isWithin ? wordOf(view, start + 8, length - 8) : lastWordOf(view, start + 8, length - 8);
  const last = isWithin ? wordOf(view, start + 12, length - 12) : lastWordOf(view, start + 12, length - 12);
  packed.v3 = (last | (length << 24)) >>> 0;
  return true;
}

/** Up to four bytes of a little-endian word, zero beyond `length`. */
function wordOf(view: DataView, at: number, length: number): number {
  if (length >= 4) return view.getUint32(at, true);
  return length <= 0 ? 0 : (view.getUint32(at, true) & ((1 << (8 * length)) - 1)) >>> 0;
}

/** The same where four bytes may not be there. */
function lastWordOf(view: DataView, at: number, length: number): number {
  let word = 0;
  for (let i = Math.min(4, length) - 1; i >= 0; i -= 1) word = ((word << 8) | view.getUint8(at + i)) >>> 0;
  return word;
}
