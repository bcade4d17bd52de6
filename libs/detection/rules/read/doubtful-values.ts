import { isHex128, kindOf, wordsOf } from '../match/fields.js';
import { meetsAnything, parseRegex, RegexRefused } from '../match/regex-syntax.js';
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
  if (how === 're') return regexDoubtOf(text);
  // Who minds the case means the text as it stands, as exceptions that are written out of a case do.
  if (cased || !['is', 'contains', 'startswith', 'endswith'].includes(how)) return undefined;
  const doubtful =
    field === 'source_ip' && isPart(how, text) ? doubtfulPart(text, how === 'startswith' || how === 'is') : undefined;
  if (doubtful !== undefined) return doubtful;
  if (text.endsWith('\n')) return lineEndDoubt(text);
  if (/\p{Cc}/u.test(text))
    return `${shown(text)} holds a line end or another control character, as double quotes make one of \\n, \\t or \\b: where a backslash is meant write single quotes`;
  if (/^%[\w.-]+%$/.test(text))
    return `${shown(text)} is compared as this very text: to take the values of the list, write expand behind the field`;
  if (/^[“”„«‹‘’].*[“”«»›‘’]$/su.test(text))
    return `the quotation marks of ${shown(text)} are no YAML and belong to the value: write plain ones, " or '`;
  if ((how === 'is' || how === 'startswith') && /^\\\\[^\\*?]/.test(text))
    return `two backslashes stand for one, so that ${shown(text)} looks for one at the begin: write four where two are meant, as before the name of a computer`;
  // Behind an escaped backslash, and before ?, as in addresses of the web, public rules mean the sign itself.
  return /(?<!\\)\\\*/.test(text)
    ? `a backslash before * makes it the sign * itself, which ${shown(text)} looks for: write '\\\\*' where a backslash and then anything is meant`
    : undefined;
}

function lineEndDoubt(text: string): string {
  return `${shown(text)} ends in a line end, as > and | leave it, and hardly any access has one: write the text behind the colon, or >- instead, and several texts as a list`;
}

function regexDoubtOf(text: string): string | undefined {
  if (text.endsWith('\n')) return lineEndDoubt(text);
  if (/^\/.*\/[a-z]*$/s.test(text))
    return `the slashes of ${shown(text)} belong to the expression, as those of a path do: leave them away where they stand for quotation marks, and write re|i for the flag i`;
  try {
    return meetsAnything(parseRegex(text))
      ? `${shown(text)} meets any text, since it may meet nothing of one: write exists: true where that is meant`
      : undefined;
  } catch (error) {
    if (error instanceof RegexRefused) return undefined; // it is a mistake, and told as one
    throw error;
  }
}

function isPart(how: string, text: string): boolean {
  return how !== 'is' || /[*?]/.test(text);
}
