/** A pseudonym of a group as four words of 32 bits. The object is used again. */
export class PatientKey {
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;

  /** Takes 32 hexadecimal digits; false for anything else. `group` is its number in the memory. */
  set(text: string, group: number): boolean {
    if (text.length !== digits) return false;
    this.w0 = wordOf(text, 0);
    this.w1 = wordOf(text, 8);
    this.w2 = wordOf(text, 16);
    this.w3 = wordOf(text, 24);
    if (this.w0 < 0 || this.w1 < 0 || this.w2 < 0 || this.w3 < 0) return false;
    this.bind(group);
    return true;
  }

  /** Makes the pseudonym in it one of a group: of two groups that share a key, a number of both is two patients all the same. */
  bind(group: number): void {
    this.w1 = (this.w1 ^ group) >>> 0;
  }

  isSame({ w0, w1, w2, w3 }: PatientKey): boolean {
    return this.w0 === w0 && this.w1 === w1 && this.w2 === w2 && this.w3 === w3;
  }
}

const digits = 32;

function wordOf(text: string, from: number): number {
  let word = 0;
  for (let at = from; at < from + 8; at += 1) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit < 0) return -1;
    word = (word << 4) | digit;
  }
  return word >>> 0;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}
