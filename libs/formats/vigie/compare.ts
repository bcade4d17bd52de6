/** Hexadecimal digits of a pseudonym, and of an event id. */
export const digitsBytes = 32;

/** Whether the pseudonym at `last` stands before it too; the first is behind the event id, all have 32 digits. */
export function isRepeated(digits: DataView, last: number): boolean {
  for (let at = digitsBytes; at < last; at += digitsBytes) {
    let same = 0;
    while (same < digitsBytes && digits.getInt32(at + same) === digits.getInt32(last + same)) same += 4;
    if (same === digitsBytes) return true;
  }
  return false;
}

/** Whether the bytes `start` to `end` stand within those of a text, letters in either case. */
export function contains(bytes: Uint8Array, textStart: number, textEnd: number, start: number, end: number): boolean {
  const last = textEnd - (end - start);
  const first = (bytes[start] ?? 0) | 0x20;
  for (let from = textStart; from <= last; from += 1) {
    if (((bytes[from] ?? 0) | 0x20) !== first) continue;
    let at = start + 1;
    while (at < end && ((bytes[at] ?? 0) | 0x20) === ((bytes[from + at - start] ?? 0) | 0x20)) at += 1;
    if (at === end) return true;
  }
  return false;
}
