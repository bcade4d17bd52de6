import { assertNever } from '#libs/runtime/outcome.js';
import { plainGlob } from '../match/glob.js';
import { normalise } from '../match/match.js';
import type { Comparison, GlobPart, Match, Test } from '../match/match.js';
import { shown } from '../text/mistakes.js';

/** Values of one field that are told before it is only said how many more there are. */
const valuesShown = 5;

/** What a condition asks of an access, in words. */
export function wordsOf(match: Match): string {
  return say(normalise(match), 'outside');
}

function say(match: Match, inside: 'outside' | 'and' | 'or' | 'not'): string {
  switch (match.op) {
    case 'test':
      return sayTest(match.test);
    case 'not':
      return match.of.op === 'test' && match.of.test.kind === 'present'
        ? `${match.of.test.field} is not there`
        : `not ${say(match.of, 'not')}`;
    case 'and':
    case 'or': {
      if (match.of.length === 0) return match.op === 'and' ? 'any access' : 'no access';
      const parts = match.op === 'or' ? sayAny(match.of) : match.of.map((child) => say(child, 'and'));
      const joined = parts.join(` ${match.op} `);
      return parts.length > 1 && inside !== 'outside' && inside !== match.op ? `(${joined})` : joined;
    }
    default:
      return assertNever(match);
  }
}

/** Plain values of one field are told in one go. */
function sayAny(of: readonly Match[]): readonly string[] {
  const values = new Map<string, string[]>();
  const others: string[] = [];
  for (const child of of) {
    const glob = child.op === 'test' && child.test.kind === 'glob' ? child.test : undefined;
    const plain = glob && plainGlob(glob.parts, true);
    if (glob && plain?.how === 'is') values.set(glob.field, [...(values.get(glob.field) ?? []), shown(plain.literal)]);
    else others.push(say(child, 'or'));
  }
  return [...[...values].map(([field, texts]) => `${field} is ${some(texts)}`), ...others];
}

function some(texts: readonly string[]): string {
  const more = texts.length - valuesShown;
  const first = texts.slice(0, more > 1 ? valuesShown : texts.length);
  if (more > 1) return `${first.join(', ')} or one of ${more.toLocaleString('en')} more`;
  return first.length < 2 ? first.join('') : `${first.slice(0, -1).join(', ')} or ${first.at(-1)}`;
}

const comparisons: Readonly<Record<Comparison, string>> = {
  eq: '',
  gt: 'above ',
  gte: 'at least ',
  lt: 'below ',
  lte: 'at most ',
};
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function sayTest(test: Test): string {
  switch (test.kind) {
    case 'present':
      return `${test.field} is there`;
    case 'glob':
      return sayGlob(test.field, test.parts);
    case 'regex':
      return `${test.field} matches ${shown(test.source)}`;
    case 'number':
      return `${test.field} is ${comparisons[test.compare]}${test.value}`;
    case 'truth':
      return `${test.field} is ${test.value}`;
    case 'network':
      return `${test.field} is in ${test.cidr}`;
    case 'same':
      return `${test.field} is the same as ${test.other}${test.cased ? ', letter case included' : ''}`;
    case 'clock':
      return test.part === 'weekday'
        ? `it is ${weekdays[test.value - 1]} in ${test.zone}`
        : `the ${test.part === 'day' ? 'day of the month' : 'hour'} is ${comparisons[test.compare]}${test.value} in ${test.zone}`;
    case 'instant':
      return `it is ${new Date(test.fromMs).toISOString()} or later`;
    default:
      return assertNever(test);
  }
}

function sayGlob(field: string, parts: readonly GlobPart[]): string {
  const plain = plainGlob(parts, true);
  const verbs = { is: 'is', contains: 'contains', startswith: 'begins with', endswith: 'ends with', anything: 'is' } as const;
  if (plain) return `${field} ${verbs[plain.how]} ${plain.how === 'anything' ? 'there' : shown(plain.literal)}`;
  const text = parts.map((part) => (part === 'any' ? '*' : part === 'one' ? '?' : part.literal)).join('');
  return `${field} is like ${shown(text)}`;
}
