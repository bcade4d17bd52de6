import { UnpackError } from './unpack-error.js';

/**
 * Unpacks a block of Snappy's raw format, as Loki's and Prometheus' clients send it. Throws `UnpackError` for what is cut off, refers to
 * what is not there, or would be longer than `bytesMax`: memory is taken once, as the block announces it.
 * (https://github.com/google/snappy/blob/main/format_description.txt)
 */
export function unpackSnappy(block: Uint8Array, bytesMax: number): Buffer {
  const { value: length, next } = lengthOf(block);
  if (length > bytesMax) throw new UnpackError('too_large', `it has more than ${bytesMax} bytes unpacked`);
  // Three bytes make 64 at most: whoever announces more has nothing to fill it with.
  if (length > block.length * 22) throw damaged();
  const out = Buffer.allocUnsafe(length);
  let at = next;
  let filled = 0;
  while (at < block.length) {
    const tag = block[at] ?? 0;
    const { size, from, distance } = elementAt(block, at, tag);
    if (filled + size > length || from > block.length) throw damaged();
    if (distance === 0) {
      if (from + size > block.length) throw damaged();
      out.set(block.subarray(from, from + size), filled);
      at = from + size;
    } else {
      if (distance > filled) throw damaged();
      // Copies may reach into what they write, so that a short piece comes again and again.
      for (let index = 0; index < size; index += 1) out[filled + index] = out[filled + index - distance] ?? 0;
      at = from;
    }
    filled += size;
  }
  if (filled !== length) throw damaged();
  return out;
}

/** Bytes that a block says it has unpacked. Throws `UnpackError` where it says nothing. */
export function announcedLength(block: Uint8Array): number {
  return lengthOf(block).value;
}

interface Element {
  readonly size: number;
  /** Where its own bytes begin, or what follows it. */
  readonly from: number;
  /** How far back a copy reaches; 0 for bytes that stand here. */
  readonly distance: number;
}

function elementAt(block: Uint8Array, at: number, tag: number): Element {
  const kind = tag & 3;
  const high = tag >>> 2;
  if (kind === 0) {
    if (high < 60) return { size: high + 1, from: at + 1, distance: 0 };
    return { size: number(block, at + 1, high - 59) + 1, from: at + 1 + high - 59, distance: 0 };
  }
  if (kind === 1) return copy((high & 7) + 4, at + 2, ((tag >>> 5) << 8) | number(block, at + 1, 1));
  const width = kind === 2 ? 2 : 4;
  return copy(high + 1, at + 1 + width, number(block, at + 1, width));
}

function copy(size: number, from: number, distance: number): Element {
  if (distance === 0) throw damaged();
  return { size, from, distance };
}

/** A number of so many bytes, the lowest first. */
function number(block: Uint8Array, at: number, bytes: number): number {
  if (at + bytes > block.length) throw damaged();
  let value = 0;
  for (let index = bytes - 1; index >= 0; index -= 1) value = value * 256 + (block[at + index] ?? 0);
  return value;
}

function lengthOf(block: Uint8Array): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = block[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw damaged();
}

function damaged(): UnpackError {
  return new UnpackError('damaged', 'it is no whole block of snappy');
}
