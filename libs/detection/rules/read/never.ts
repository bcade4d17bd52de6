import { visibleName } from '#libs/contracts/visible-text.js';
import { type Field, isHex128, kindOf, wordsOf } from '../match/fields.js';
import { globRegex, plainGlob } from '../match/glob.js';
import { test, type Test } from '../match/match.js';
import { compilePredicate } from '../match/predicate.js';
import { canMeetDigits } from '../match/regex-run.js';
import { anyOf, shown } from '../text/mistakes.js';
import type { Value } from './values.js';

const hexDigits = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Why no text that the field can hold meets the test, if so. Values of lists come from elsewhere, and one that meets nothing harms nobody. */
export function neverText(match: Extract<Test, { kind: 'glob' | 'regex' | 'present' }>, value: Value): string | undefined {
  if (match.kind === 'present') return undefined;
  const { field } = match;
  const words = wordsOf(field);
  if (words) {
    const meets = compilePredicate(test(match));
    const some = words.some((word) => meets({ [field]: kindOf(field) === 'list' ? [word] : word }));
    return some ? undefined : `${field} is never ${shown(value.text)}: it is ${anyOf(words)}`;
  }
  if (value.verbatim) return undefined;
  if (isHex128(field)) {
    const regex = match.kind === 'regex' ? match.regex : globRegex(match.parts, match.cased);
    // The value is not quoted: it may be a patient's number.
    if (!canMeetDigits(regex, hexDigits, 32))
      return `${field} is always 32 hexadecimal digits${field === 'patient_id' ? ', a pseudonym, never the identifier of a patient: vigie pseudonymise gives it' : ''}`;
  }
  return match.kind === 'glob' ? neverName(field, match) : undefined;
}

/** Names are kept in one spelling, without what nobody can see. */
function neverName(field: Field, { parts }: Extract<Test, { kind: 'glob' }>): string | undefined {
  const plain = plainGlob(parts, true);
  if (plain?.how !== 'is' || (field !== 'group_id' && field !== 'actor_id' && field !== 'clinic_id')) return undefined;
  const name = visibleName(plain.literal);
  if (name === plain.literal) return undefined;
  return `${field} is kept without invisible characters, other blanks and blanks at its ends, so that this could never match: write ${shown(name)}`;
}
