import { assertNever } from '#libs/runtime/outcome.js';
import { plainGlob } from '../match/glob.js';
import { not } from '../match/match.js';
import { normalise } from '../match/normalise.js';
import type { Comparison, GlobPart, Match, Test } from '../match/match.js';
import { shown } from '../text/mistakes.js';

/** Values of one field, and other conditions of one `or`, that are told before it is only said how many more there are. */
const partsShown = 50;

/** What a condition asks of an access, in words; `any access` and `no access` where it asks nothing, or what cannot be. */
export function wordsOf(match: Match): string {
  return say(decided(normalise(match)), 'outside');
}

/** Without what always or never holds, as an empty list does. */
function decided(match: Match): Match {
  if (match.op === 'test') return match;
  if (match.op === 'not') {
    const inner = decided(match.of);
    if (inner.op === 'test' || inner.op === 'not' || inner.of.length > 0) return not(inner);
    return { op: inner.op === 'and' ? 'or' : 'and', of: [] };
  }
  const of = match.of.map(decided);
  const decisive = of.find(
    (child) => (child.op === 'and' || child.op === 'or') && child.op !== match.op && child.of.length === 0,
  );
  if (decisive) return decisive;
  const open = of.filter((child) => child.op === 'test' || child.op === 'not' || child.of.length > 0);
  const [only] = open;
  return open.length === 1 && only ? only : { op: match.op, of: open };
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
      const parts = match.op === 'or' ? sayAny(match.of) : sayAll(match.of);
      const joined = parts.join(` ${match.op} `);
      return parts.length > 1 && inside !== 'outside' && inside !== match.op ? `(${joined})` : joined;
    }
    default:
      return assertNever(match);
  }
}

/** What is asked first, and then what is not. */
function sayAll(of: readonly Match[]): readonly string[] {
  return [...of.filter(({ op }) => op !== 'not'), ...of.filter(({ op }) => op === 'not')].map((child) => say(child, 'and'));
}

/** Plain values of one field are told in one go. */
function sayAny(of: readonly Match[]): readonly string[] {
  const asked = new Map<string, { readonly value: OneOfMany; readonly values: string[] }>();
  const others: Match[] = [];
  for (const child of of) {
    const value = child.op === 'test' ? oneOfMany(child.test) : undefined;
    if (!value) {
      others.push(child);
      continue;
    }
    const key = JSON.stringify([value.before, value.behind]);
    const known = asked.get(key) ?? { value, values: [] };
    known.values.push(value.text);
    asked.set(key, known);
  }
  const more = others.length - partsShown;
  return [
    ...[...asked.values()].map(({ value, values }) => `${value.before} ${some(values)}${value.behind}`),
    ...others.slice(0, more > 1 ? partsShown : others.length).map((child) => say(child, 'or')),
    ...(more > 1 ? [`one of ${more.toLocaleString('en')} other conditions`] : []),
  ];
}

/** A value that may stand in a row with others. */
interface OneOfMany {
  readonly before: string;
  readonly text: string;
  readonly behind: string;
}

function oneOfMany(test: Test): OneOfMany | undefined {
  if (test.kind === 'glob') {
    const plain = plainGlob(test.parts, true);
    return plain?.how === 'is'
      ? { before: `${test.field} is`, text: shown(plain.literal), behind: test.cased ? minded : '' }
      : undefined;
  }
  if (test.kind === 'number' && test.compare === 'eq')
    return { before: `${test.field} is`, text: String(test.value), behind: '' };
  if (test.kind !== 'clock' || test.compare !== 'eq') return undefined;
  const behind = ` in ${test.zone}`;
  if (test.part === 'weekday') return { before: 'it is', text: weekdays[test.value - 1] ?? '', behind };
  return { before: `the ${test.part === 'day' ? 'day of the month' : 'hour'} is`, text: String(test.value), behind };
}

const minded = ', letter case included';

function some(given: readonly string[]): string {
  const more = given.length - partsShown;
  const texts = given.every((text) => /^\d+$/.test(text)) ? given.toSorted((a, b) => Number(a) - Number(b)) : given;
  const first = texts.slice(0, more > 1 ? partsShown : texts.length);
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
      return `${sayGlob(test.field, test.parts)}${test.cased ? minded : ''}`;
    case 'regex':
      return `${test.field} matches ${shown(test.source)}`;
    case 'number':
      return `${test.field} is ${comparisons[test.compare]}${test.value}`;
    case 'truth':
      return `${test.field} is ${test.value}`;
    case 'network':
      return `${test.field} is in ${test.cidr}`;
    case 'same':
      return `${test.field} is the same as ${test.other}${test.cased ? minded : ''}`;
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
  const text = parts
    .map((part) => (part === 'any' ? '*' : part === 'one' ? '?' : part.literal.replaceAll(/[\\*?]/g, '\\$&')))
    .join('');
  return `${field} is like ${shown(text)}`;
}
