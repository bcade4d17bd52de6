import { isHex128, kindOf, wordsOf } from '../match/fields.js';
import { shown } from '../text/mistakes.js';
import type { ScalarTree } from '../yaml/tree.js';
import { doubtfulPart } from './never-address.js';
import type { FieldKey } from './modifiers.js';

/**
 * What a value means that its author hardly meant, as a sentence; undefined where there is nothing to say. Sigma takes all of these, so that
 * they are no mistakes, and a rule with one finds nothing.
 */
export function doubtOf({ field, modifiers }: FieldKey, { text }: ScalarTree): string | undefined {
  const { how, expand, cased } = modifiers;
  // What stands in the place of a pseudonym may be a patient's number, and is not quoted.
  if (expand || kindOf(field) !== 'text' || wordsOf(field) || isHex128(field)) return undefined;
  // Who minds the case means the text as it stands, as exceptions that are written out of a case do.
  if (cased || !['is', 'contains', 'startswith', 'endswith'].includes(how)) return undefined;
  const doubtful =
    field === 'source_ip' && isPart(how, text) ? doubtfulPart(text, how === 'startswith' || how === 'is') : undefined;
  if (doubtful !== undefined) return doubtful;
  if (/^%[\w.-]+%$/.test(text))
    return `${shown(text)} is compared as this very text: to take the values of the list, write expand behind the field`;
  if (/^[“”„«‹‘’].*[“”«»›‘’]$/su.test(text))
    return `the quotation marks of ${shown(text)} are no YAML and belong to the value: write plain ones, " or '`;
  const [sign] = /(?<!\\)(?:\\\\)*\\[*?]/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const meant = sign.slice(-1);
  return `a backslash before ${meant} makes it the sign ${meant} itself, which ${shown(text)} looks for: write '\\\\${meant}' where a backslash and then ${meant === '*' ? 'anything' : 'any character'} is meant`;
}

function isPart(how: string, text: string): boolean {
  return how !== 'is' || /[*?]/.test(text);
}
