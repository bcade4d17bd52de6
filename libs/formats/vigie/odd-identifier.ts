const zero = 0x30;

/** Whether an identifier of UTF-8 between two places begins with a zero and has at most one letter or digit behind its zeros: `0`, `00-a`, `0...-`. */
export function isHardlyMoreThanZeros(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== zero) return false;
  let found = 0;
  for (let at = start + 1; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if ((byte === zero && found === 0) || !isLetterOrDigit(byte)) continue;
    found += 1;
    if (found > 1) return false;
  }
  return true;
}

function isLetterOrDigit(byte: number): boolean {
  const folded = byte | 0x20;
  return (byte >= zero && byte <= 0x39) || (folded >= 0x61 && folded <= 0x7a);
}
