/** Steps of eight bytes: `table[256 * n + byte]` is what a byte comes to when n more follow it. */
const table = tableOf(8);

/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4), by which record batches are checked. Node has only the other polynomial. Eight bytes a step ("slicing by
 * eight", Kounavis and Berry 2005).
 */
export function crc32c(bytes: Uint8Array): number {
  const { length } = bytes;
  let crc = -1;
  let at = 0;
  for (; at + 8 <= length; at += 8)
    crc =
      entry(7, bytes[at], crc) ^
      entry(6, bytes[at + 1], crc >>> 8) ^
      entry(5, bytes[at + 2], crc >>> 16) ^
      entry(4, bytes[at + 3], crc >>> 24) ^
      entry(3, bytes[at + 4], 0) ^
      entry(2, bytes[at + 5], 0) ^
      entry(1, bytes[at + 6], 0) ^
      entry(0, bytes[at + 7], 0);
  for (; at < length; at += 1) crc = entry(0, bytes[at], crc) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function entry(following: number, byte: number | undefined, crc: number): number {
  // Neither is ever beyond its end; the type of an index does not know.
  return table[256 * following + (((byte as number) ^ crc) & 255)] as number;
}

function tableOf(slices: number): Int32Array {
  const entries = new Int32Array(256 * slices);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    entries[byte] = crc;
  }
  for (let at = 256; at < entries.length; at += 1) {
    const before = entries[at - 256] ?? 0;
    entries[at] = (before >>> 8) ^ (entries[before & 255] ?? 0);
  }
  return entries;
}
