// What lines ahead will look up is asked of memory all at once: alone each would wait for its own, and most of the time of a line is that wait.

import { aheadAt, entriesAt, entryBytes } from './layout.as';
import { keyEnd } from './strings.as';
import { placeOf } from './table.as';

/** So many patients are asked for together. */
const patientsAhead = 16;
const keyBytesMax: usize = 256;
/** The bytes of the key before the bracket of its list. */
const bracketAt: usize = 14;

/** Of no use but that what was read cannot be left out. */
let asked: u8 = 0;

/**
 * Asks for the entries of the first patients of the next lines between `from` and `until`; answers with the address up to which it looked. It looks for
 * the key as most write it, without knowing lines: where it is mistaken, something is asked for that nobody needs.
 */
export function ask(from: usize, until: usize): usize {
  const key = i8x16(0x22, 0x70, 0x61, 0x74, 0x69, 0x65, 0x6e, 0x74, 0x5f, 0x69, 0x64, 0x73, 0x22, 0x3a, 0x5b, 0x22);
  let count = 0;
  let at = from;
  for (; at < until && count < patientsAhead; at += 16) {
    let brackets = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x5b)));
    while (brackets != 0) {
      const bracket = at + ctz(brackets);
      brackets &= brackets - 1;
      if (v128.any_true(v128.xor(v128.load(bracket - bracketAt), key))) continue;
      const start = bracket + 2;
      const end = keyEnd(start, keyBytesMax);
      if (end == 0 || count == patientsAhead) continue;
      store<u32>(aheadAt + ((<usize>count) << 2), <u32>placeOf(start, end - start));
      count += 1;
    }
  }
  for (let place = 0; place < count; place += 1)
    asked ^= load<u8>(entriesAt + <usize>load<u32>(aheadAt + ((<usize>place) << 2)) * entryBytes);
  return min(at, until);
}
