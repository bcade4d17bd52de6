/** Packs bytes as a block of Snappy: what comes again at a fixed distance as copies, the rest as it is. */
export function snappyBlock(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: number[] = varint(bytes.length);
  for (let at = 0; at < bytes.length;) {
    const copied = repeatAt(bytes, at);
    if (copied) {
      parts.push(((copied.size - 1) << 2) | 2, copied.distance & 0xff, copied.distance >>> 8);
      at += copied.size;
    } else {
      const size = Math.min(bytes.length - at, 7);
      parts.push((size - 1) << 2, ...bytes.subarray(at, at + size));
      at += size;
    }
  }
  return Uint8Array.from(parts);
}

function repeatAt(bytes: Uint8Array, at: number): { readonly size: number; readonly distance: number } | undefined {
  for (const distance of [1, 2, 7, 64, 300].filter((one) => one <= at)) {
    let size = 0;
    while (size < 64 && at + size < bytes.length && bytes[at + size] === bytes[at + size - distance]) size += 1;
    if (size >= 4) return { size, distance };
  }
  return undefined;
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
