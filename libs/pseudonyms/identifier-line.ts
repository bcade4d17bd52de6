import { identifierLengthMax } from './canonical.js';

/**
 * What is wrong with a line of a list of identifiers, without its text; undefined where nothing is. `identifier` is its canonical spelling. A pseudonym made
 * from what is no identifier is that of a patient who does not exist, and would meet nobody without a word.
 */
export function mistakeIn(text: string, identifier: string): string | undefined {
  if (identifier.length > identifierLengthMax) return `longer than ${identifierLengthMax} characters`;
  if (/^id,pseudonym$|,[0-9a-f]{32}$/.test(identifier))
    return 'the output of vigie pseudonymise; give the identifiers themselves';
  return /\p{Cc}/u.test(text.trim()) || identifier.includes('\uFFFD')
    ? 'not UTF-8 text, or with control characters such as tabs'
    : undefined;
}
