import { assertNever } from '#libs/runtime/outcome.js';
import { plainGlob } from '../match/glob.js';
import { not } from '../match/match.js';
import { normalise } from '../match/normalise.js';
import type { GlobPart, Match, Test } from '../match/match.js';
import { shown } from '../text/mistakes.js';
import { english, type Phrases } from './phrases.js';

/** Values of one field, and other conditions of one `or`, that are told before it is only said how many more there are. */
const partsShown = 50;

/** What a condition asks of an access, in the words of a language; `any access` and `no access` where it asks nothing, or what cannot be. */
export function wordsOf(match: Match, phrases: Phrases = english): string {
  return say(decided(normalise(match)), 'outside', phrases);
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

function say(match: Match, inside: 'outside' | 'and' | 'or' | 'not', phrases: Phrases): string {
  switch (match.op) {
    case 'test':
      return sayTest(match.test, phrases);
    case 'not':
      return match.of.op === 'test' && match.of.test.kind === 'present'
        ? `${match.of.test.field} ${phrases.isNotThere}`
        : `${phrases.not} ${say(match.of, 'not', phrases)}`;
    case 'and':
    case 'or': {
      if (match.of.length === 0) return match.op === 'and' ? phrases.anyAccess : phrases.noAccess;
      const parts = match.op === 'or' ? sayAny(match.of, phrases) : sayAll(match.of, phrases);
      const joined = parts.join(` ${phrases[match.op]} `);
      return parts.length > 1 && inside !== 'outside' && inside !== match.op ? `(${joined})` : joined;
    }
    default:
      return assertNever(match);
  }
}

/** What is asked first, and then what is not. */
function sayAll(of: readonly Match[], phrases: Phrases): readonly string[] {
  return [...of.filter(({ op }) => op !== 'not'), ...of.filter(({ op }) => op === 'not')].map((child) =>
    say(child, 'and', phrases),
  );
}

/** Plain values of one field are told in one go. */
function sayAny(of: readonly Match[], phrases: Phrases): readonly string[] {
  const asked = new Map<string, { readonly value: OneOfMany; readonly values: string[] }>();
  const others: Match[] = [];
  for (const child of of) {
    const value = child.op === 'test' ? oneOfMany(child.test, phrases) : undefined;
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
    ...[...asked.values()].map(({ value, values }) => `${value.before} ${some(values, phrases)}${value.behind}`),
    ...others.slice(0, more > 1 ? partsShown : others.length).map((child) => say(child, 'or', phrases)),
    ...(more > 1 ? [phrases.otherConditions(more)] : []),
  ];
}

/** A value that may stand in a row with others. */
interface OneOfMany {
  readonly before: string;
  readonly text: string;
  readonly behind: string;
}

function oneOfMany(test: Test, phrases: Phrases): OneOfMany | undefined {
  if (test.kind === 'glob') {
    const plain = plainGlob(test.parts, true);
    return plain?.how === 'is'
      ? { before: `${test.field} ${phrases.verbs.is}`, text: shown(plain.literal), behind: test.cased ? phrases.minded : '' }
      : undefined;
  }
  if (test.kind === 'number' && test.compare === 'eq')
    return { before: `${test.field} ${phrases.verbs.is}`, text: String(test.value), behind: '' };
  if (test.kind !== 'clock' || test.compare !== 'eq') return undefined;
  const behind = phrases.inZone(test.zone);
  if (test.part === 'weekday') return { before: phrases.itIs, text: phrases.weekdays[test.value - 1] ?? '', behind };
  return { before: phrases.clock[test.part], text: String(test.value), behind };
}

function some(given: readonly string[], phrases: Phrases): string {
  const more = given.length - partsShown;
  const texts = given.every((text) => /^\d+$/.test(text)) ? given.toSorted((a, b) => Number(a) - Number(b)) : given;
  const first = texts.slice(0, more > 1 ? partsShown : texts.length);
  if (more > 1) return `${first.join(', ')} ${phrases.orMore(more)}`;
  return first.length < 2 ? first.join('') : `${first.slice(0, -1).join(', ')} ${phrases.or} ${first.at(-1)}`;
}

function sayTest(test: Test, phrases: Phrases): string {
  const { verbs, minded, comparisons } = phrases;
  switch (test.kind) {
    case 'present':
      return `${test.field} ${phrases.isThere}`;
    case 'glob':
      return `${sayGlob(test.field, test.parts, phrases)}${test.cased ? minded : ''}`;
    case 'regex':
      return `${test.field} ${phrases.matches} ${shown(test.source)}`;
    case 'number':
      return `${test.field} ${verbs.is} ${comparisons[test.compare]}${test.value}`;
    case 'truth':
      return `${test.field} ${verbs.is} ${phrases.truth[`${test.value}`]}`;
    case 'network':
      return `${test.field} ${phrases.isIn} ${test.cidr}`;
    case 'same':
      return `${test.field} ${phrases.same} ${test.other}${test.cased ? minded : ''}`;
    case 'clock':
      return test.part === 'weekday'
        ? `${phrases.itIs} ${phrases.weekdays[test.value - 1]}${phrases.inZone(test.zone)}`
        : `${phrases.clock[test.part]} ${comparisons[test.compare]}${test.value}${phrases.inZone(test.zone)}`;
    case 'instant':
      return phrases.from(new Date(test.fromMs).toISOString());
    default:
      return assertNever(test);
  }
}

function sayGlob(field: string, parts: readonly GlobPart[], { verbs, isThere, like }: Phrases): string {
  const plain = plainGlob(parts, true);
  if (plain) return plain.how === 'anything' ? `${field} ${isThere}` : `${field} ${verbs[plain.how]} ${shown(plain.literal)}`;
  const text = parts
    .map((part) => (part === 'any' ? '*' : part === 'one' ? '?' : part.literal.replaceAll(/[\\*?]/g, '\\$&')))
    .join('');
  return `${field} ${like} ${shown(text)}`;
}
