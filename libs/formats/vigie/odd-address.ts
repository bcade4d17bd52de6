import { addressOf } from '../address.js';

const blank = 0x20;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;

/**
 * Whether a text of `memory`, from `start` to before `end`, is an address in another way than rows write it. Few have a colon, a blank or a zero in front of a number: those alone are made
 * texts of, and looked at. `end` is 0 where there is none.
 */
export function isOddAddress(memory: Buffer, start: number, end: number): boolean {
  // What came before, as if a number began here.
  let last = 0;
  let beforeLast = dot;
  for (let at = start; at < end; at += 1) {
    const byte = memory[at] ?? 0;
    const hasZeroInFront = beforeLast === dot && last === zero && byte >= zero && byte <= nine;
    if (byte === colon || byte === blank || hasZeroInFront) {
      const text = memory.toString('utf8', start, end);
      return (addressOf(text) ?? text) !== text;
    }
    beforeLast = at === start ? dot : last;
    last = byte;
  }
  return false;
}
