import { visibleName } from '#libs/contracts/visible-text.js';
import { type Field, isHex128, isName, kindOf, wordsOf } from '../match/fields.js';
import { globRegex } from '../match/glob.js';
import { test, type Test } from '../match/match.js';
import { compilePredicate } from '../match/predicate.js';
import { canMeetDigits } from '../match/regex-run.js';
import { anyOf, shown } from '../text/mistakes.js';
import type { ScalarTree } from '../yaml/tree.js';
import { neverAddress } from './never-address.js';

const hexDigits = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** A value that a rule compares a field with; values of lists are literal text without wildcards. */
export type Value = Pick<ScalarTree, 'value' | 'text'> & { readonly verbatim?: boolean };

/** Why no text that the field can hold meets the test, if so. Values of lists come from elsewhere, and one that meets nothing harms nobody. */
export function neverText(match: Extract<Test, { kind: 'glob' | 'regex' | 'present' }>, value: Value): string | undefined {
  if (match.kind === 'present') return undefined;
  const { field } = match;
  const words = wordsOf(field);
  if (words) {
    return words.includes(value.text) || meetsWord(match, words)
      ? undefined
      : `${field} is never ${shown(value.text)}: it is ${anyOf(words)}`;
  }
  if (value.verbatim) return undefined;
  if (isHex128(field)) {
    const regex = match.kind === 'regex' ? match.regex : globRegex(match.parts, match.cased);
    // The value is not quoted: it may be a patient's number.
    if (!canMeetDigits(regex, hexDigits, 32))
      return `${field} is always 32 hexadecimal digits${field === 'patient_id' ? ', a pseudonym, never the identifier of a patient: vigie pseudonymise gives it' : ''}`;
  }
  if (match.kind !== 'glob') return undefined;
  return field === 'source_ip' ? neverAddress(match.parts, value.text) : neverName(field, match, value.text);
}

function meetsWord(match: Extract<Test, { kind: 'glob' | 'regex' }>, words: readonly string[]): boolean {
  const { field } = match;
  const meets = compilePredicate(test(match));
  return words.some((word) => meets({ [field]: kindOf(field) === 'list' ? [word] : word }));
}

/** Names are kept in one spelling, without what nobody can see. */
function neverName(field: Field, { parts }: Extract<Test, { kind: 'glob' }>, text: string): string | undefined {
  if (!isName(field)) return undefined;
  const [part] = parts;
  const isKept =
    parts.length === 1 && typeof part === 'object'
      ? visibleName(part.literal) === part.literal
      : parts.every((one) => typeof one === 'string' || isSeen(one.literal));
  if (isKept) return undefined;
  return `${field} is kept without invisible characters, other blanks and blanks at its ends, so that this could never match: write ${shown(visibleName(text))}`;
}

/** Whether a name can hold the text in its middle, in the spelling in which names are kept. */
function isSeen(literal: string): boolean {
  const inside = `.${literal}.`;
  const kept = visibleName(inside);
  return kept === inside || kept === inside.normalize('NFC');
}
