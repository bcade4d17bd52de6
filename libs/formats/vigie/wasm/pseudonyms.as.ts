// The pseudonyms of a line.

import { hexOf, wordsOf } from './bytes.as';
import { digitsAt, hexAt, patientsAt, pseudonymWordsAt } from './layout.as';
import { patients } from './scan.as';
import { pseudonymOf } from './table.as';

const digitsBytes: usize = 32;

/** Distinct pseudonyms of the last line. */
export let pseudonyms = 0;

/** The distinct pseudonyms of the line's patients, in the order in which they appear. */
export function derive(): void {
  pseudonyms = 0;
  for (let patient = 0; patient < patients; patient += 1) {
    const place = patientsAt + ((<usize>patient) << 4);
    const start = <usize>load<u32>(place);
    const to = digitsAt + <usize>pseudonyms * digitsBytes;
    const pseudonym = pseudonymOf(load<u32>(place, 8), start, load<u32>(place, 4) - start);
    hexOf(pseudonym, v128.load(hexAt), to);
    if (isRepeated(to)) continue;
    v128.store(pseudonymWordsAt + ((<usize>pseudonyms) << 4), wordsOf(pseudonym));
    // Where the identifier of each distinct pseudonym lies is asked afterwards; the place is that of this patient or of one that was read.
    v128.store(patientsAt + ((<usize>pseudonyms) << 4), v128.load(place));
    pseudonyms += 1;
  }
}

function isRepeated(last: usize): bool {
  for (let at = digitsAt; at < last; at += digitsBytes) {
    const low = v128.xor(v128.load(at), v128.load(last));
    if (!v128.any_true(v128.or(low, v128.xor(v128.load(at, 16), v128.load(last, 16))))) return true;
  }
  return false;
}
