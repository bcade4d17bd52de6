import { plainGlob } from './glob.js';
import { type GlobPart, isAscii, type Match } from './match.js';

/** Instants of event time, milliseconds, before and after which a condition may differ, besides those of local hours and days. */
export function instantsOf(match: Match): readonly number[] {
  if (match.op === 'not') return instantsOf(match.of);
  if (match.op !== 'test') return match.of.flatMap(instantsOf);
  const { test } = match;
  if (test.field !== 'time' || test.kind === 'clock') return [];
  return Object.values(test).filter((value) => typeof value === 'number');
}

/** The words that a field is compared with, when it is asked nothing but whether it is there and whether it is one of them. */
export function wordsOnly(matches: readonly Match[]): readonly string[] | undefined {
  const words: string[] = [];
  const visit = (match: Match): boolean => {
    if (match.op === 'not') return visit(match.of);
    if (match.op !== 'test') return match.of.every(visit);
    const { test } = match;
    if (test.kind === 'present') return true;
    const word = test.kind === 'glob' ? wordOf(test.parts, test.cased) : undefined;
    if (word === undefined) return false;
    words.push(word.toLowerCase());
    return true;
  };
  return matches.every(visit) ? words : undefined;
}

/** What a field is equal to, in any case where it is not `cased`; undefined where no field of ASCII alone could tell that from its letters. */
function wordOf(parts: readonly GlobPart[], cased: boolean): string | undefined {
  const plain = plainGlob(parts, cased);
  if (plain) return plain.how === 'is' ? plain.literal : undefined;
  const [only, ...more] = parts;
  return typeof only === 'object' && more.length === 0 && hasNoAsciiCase(only.literal) ? only.literal : undefined;
}

/** Whether no text of ASCII alone is this one in another case, as `k` is the sign of the kelvin. */
function hasNoAsciiCase(literal: string): boolean {
  return [...literal].some((one) => [one, one.toLowerCase(), one.toUpperCase()].every((cased) => !isAscii(cased)));
}

/** Whether nothing is asked of a field but whether it is there. */
export function asksPresence(atoms: readonly { readonly match: Match }[]): boolean {
  const visit = (match: Match): boolean =>
    match.op === 'not' ? visit(match.of) : match.op === 'test' ? match.test.kind === 'present' : match.of.every(visit);
  return atoms.every(({ match }) => visit(match));
}
