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
