const patientKey = Buffer.from('"patient_id":"');
/** Of a pseudonym. */
const digitsMax = 32;
const quote = 0x22;

/**
 * Remembers the last line of accesses that took the long way and was good as it stands: the rows of one event differ by their patient alone, and
 * one record may have 20,000. A line of the same bytes but for the digits of a pseudonym is as good.
 */
export class SameRow {
  #start = 0;
  #length = 0;
  /** Of the digits, from the line's beginning. */
  #digitsAt = -1;

  constructor(private readonly bytes: Buffer) {}

  /** The line from `start` to `end`, without its end, is good. */
  keep(start: number, end: number): void {
    const { bytes } = this;
    const at = bytes.subarray(start, end).indexOf(patientKey) + patientKey.length;
    this.#start = start;
    this.#length = end - start;
    this.#digitsAt = at >= patientKey.length && this.#areDigits(start + at, end) ? at : -1;
  }

  /** Whether the line differs from the one that was kept by the digits of its patient at most. */
  isAgain(start: number, end: number): boolean {
    const at = this.#digitsAt;
    if (at < 0 || end - start !== this.#length) return false;
    return (
      this.#areDigits(start + at, end) &&
      this.bytes.compare(this.bytes, this.#start, this.#start + at, start, start + at) === 0 &&
      this.bytes.compare(this.bytes, this.#start + at + digitsMax, this.#start + this.#length, start + at + digitsMax, end) === 0
    );
  }

  #areDigits(from: number, end: number): boolean {
    const { bytes } = this;
    if (from + digitsMax >= end || bytes[from + digitsMax] !== quote) return false;
    for (let at = from; at < from + digitsMax; at += 1) {
      const byte = bytes[at] ?? 0;
      if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66))) return false;
    }
    return true;
  }
}
