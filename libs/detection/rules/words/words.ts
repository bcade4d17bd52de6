import { assertNever } from '#libs/runtime/outcome.js';
import { plainGlob } from '../match/glob.js';
import { not } from '../match/match.js';
import { normalise } from '../match/normalise.js';
import type { GlobPart, Match, Test } from '../match/match.js';
import { shown } from '../text/mistakes.js';
import { english, type Phrases, type Voice } from './phrases.js';

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
      return sayTest(match.test, phrases, phrases.said);
    case 'not':
      return denied(match.of, phrases);
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

/** Of one field, its verb is denied; else what stands in parentheses. */
function denied(match: Match, phrases: Phrases): string {
  if (match.op === 'test') return sayTest(match.test, phrases, phrases.denied);
  const values = match.op === 'or' ? rowsOf(match.of, phrases, phrases.denied) : undefined;
  const [row, ...others] = values?.rows ?? [];
  if (row !== undefined && others.length === 0 && values?.others.length === 0) return row;
  return `${phrases.not} ${say(match, 'not', phrases)}`;
}

/** What is asked first, and then what is not. */
function sayAll(of: readonly Match[], phrases: Phrases): readonly string[] {
  return [...of.filter(({ op }) => op !== 'not'), ...of.filter(({ op }) => op === 'not')].map((child) =>
    say(child, 'and', phrases),
  );
}

/** Plain values of one field are told in one go. */
function sayAny(of: readonly Match[], phrases: Phrases): readonly string[] {
  const { rows, others } = rowsOf(of, phrases, phrases.said);
  const more = others.length - partsShown;
  return [
    ...rows,
    ...others.slice(0, more > 1 ? partsShown : others.length).map((child) => say(child, 'or', phrases)),
    ...(more > 1 ? [phrases.otherConditions(more)] : []),
  ];
}

/** The values of each field as one text, and what is no plain value. */
function rowsOf(
  of: readonly Match[],
  phrases: Phrases,
  voice: Voice,
): { readonly rows: readonly string[]; readonly others: readonly Match[] } {
  const asked = new Map<string, { readonly value: OneOfMany; readonly values: string[] }>();
  const others: Match[] = [];
  for (const child of of) {
    const value = child.op === 'test' ? oneOfMany(child.test, phrases, voice) : undefined;
    if (!value) {
      others.push(child);
      continue;
    }
    const key = JSON.stringify([value.before, value.behind]);
    const known = asked.get(key) ?? { value, values: [] };
    known.values.push(value.text);
    asked.set(key, known);
  }
  const rows = [...asked.values()].map(
    ({ value, values }) => `${values.length > 1 ? value.beforeAny : value.before} ${some(values, voice)}${value.behind}`,
  );
  return { rows, others };
}

/** A value that may stand in a row with others. */
interface OneOfMany {
  readonly before: string;
  readonly beforeAny: string;
  readonly text: string;
  readonly behind: string;
}

function oneOfMany(test: Test, { minded, weekdays, inZone }: Phrases, voice: Voice): OneOfMany | undefined {
  const ofField = { before: `${test.field} ${voice.is}`, beforeAny: `${test.field} ${voice.isAny}` };
  if (test.kind === 'glob') {
    const plain = plainGlob(test.parts, true);
    return plain?.how === 'is' ? { ...ofField, text: shown(plain.literal), behind: test.cased ? minded : '' } : undefined;
  }
  if (test.kind === 'number' && test.compare === 'eq') return { ...ofField, text: String(test.value), behind: '' };
  if (test.kind !== 'clock' || test.compare !== 'eq') return undefined;
  const text = test.part === 'weekday' ? (weekdays[test.value - 1] ?? '') : String(test.value);
  return { before: voice.clock[test.part], beforeAny: voice.anyClock[test.part], text, behind: inZone(test.zone) };
}

function some(given: readonly string[], voice: Voice): string {
  const more = given.length - partsShown;
  const texts = given.every((text) => /^\d+$/.test(text)) ? given.toSorted((a, b) => Number(a) - Number(b)) : given;
  const first = texts.slice(0, more > 1 ? partsShown : texts.length);
  if (more > 1) return `${first.join(', ')} ${voice.orMore(more)}`;
  return first.length < 2 ? first.join('') : `${first.slice(0, -1).join(', ')} ${voice.or} ${first.at(-1)}`;
}

function sayTest(test: Test, phrases: Phrases, voice: Voice): string {
  const { minded, comparisons } = phrases;
  switch (test.kind) {
    case 'present':
      return `${test.field} ${voice.isThere}`;
    case 'glob':
      return `${sayGlob(test.field, test.parts, voice)}${test.cased ? minded : ''}`;
    case 'regex':
      return `${test.field} ${voice.matches} ${shown(test.source)}`;
    case 'number':
      return `${test.field} ${voice.is} ${comparisons[test.compare]}${test.value}`;
    case 'truth':
      return `${test.field} ${voice.is} ${phrases.truth[`${test.value}`]}`;
    case 'network':
      return `${test.field} ${voice.isIn} ${test.cidr}`;
    case 'same':
      return `${test.field} ${voice.same} ${test.other}${test.cased ? minded : ''}`;
    case 'clock': {
      const said = test.part === 'weekday' ? phrases.weekdays[test.value - 1] : `${comparisons[test.compare]}${test.value}`;
      return `${voice.clock[test.part]} ${said}${phrases.inZone(test.zone)}`;
    }
    case 'instant':
      return voice.from(new Date(test.fromMs).toISOString());
    default:
      return assertNever(test);
  }
}

function sayGlob(field: string, parts: readonly GlobPart[], voice: Voice): string {
  const plain = plainGlob(parts, true);
  if (plain)
    return plain.how === 'anything' ? `${field} ${voice.isThere}` : `${field} ${voice[plain.how]} ${shown(plain.literal)}`;
  const text = parts
    .map((part) => (part === 'any' ? '*' : part === 'one' ? '?' : part.literal.replaceAll(/[\\*?]/g, '\\$&')))
    .join('');
  return `${field} ${voice.like} ${shown(text)}`;
}
