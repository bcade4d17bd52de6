import type { AccessRow } from '#libs/contracts/access-row.js';
import { type Field, kindOf } from './fields.js';
import { assertNever } from '#libs/runtime/outcome.js';
import { localPart } from './local-time.js';
import { globRegex, plainGlob } from './glob.js';
import { and, lowerAscii, sameButCase, type Comparison, type Match, type Test } from './match.js';
import { isIn, parseNetwork } from './network.js';
import { compileRegex } from './regex-run.js';

type Row = Partial<AccessRow>;
export type Predicate = (row: Row) => boolean;

/** How many answers of a costly text test are kept, and up to which length of text. */
const memo = { entries: 4_096, textChars: 256 };

/** The condition as JavaScript. */
export function compilePredicate(match: Match): Predicate {
  switch (match.op) {
    case 'test':
      return compileTest(match.test);
    case 'not': {
      const inner = compilePredicate(match.of);
      return (row) => !inner(row);
    }
    case 'and': {
      const all = match.of.toSorted((a, b) => cost(a) - cost(b)).map(compilePredicate);
      return (row) => {
        for (const one of all) if (!one(row)) return false;
        return true;
      };
    }
    case 'or':
      return compileOr(match.of);
    default:
      return assertNever(match);
  }
}

/** Cheap questions first: an access without patient needs no look at its action. */
function cost(match: Match): number {
  if (match.op === 'not') return cost(match.of);
  if (match.op !== 'test') return match.of.reduce((sum, child) => sum + cost(child), 1);
  const { kind } = match.test;
  return kind === 'present' || kind === 'truth' || kind === 'number' || kind === 'same' || kind === 'instant'
    ? 1
    : kind === 'glob'
      ? 2
      : 4;
}

/**
 * Plain values of one field become one look-up, so that a list of ten thousand accounts costs no more than one. So do conditions that ask
 * for such a value among other things, as those of a list do whose values hold in a time or for a group.
 */
function compileOr(of: readonly Match[]): Predicate {
  const words = new Map<Field, Set<string>>();
  const guarded = new Map<Field, Map<string, Predicate[]>>();
  const others: Predicate[] = [];
  for (const child of of) {
    const word = wordOf(child);
    const guard = child.op === 'and' ? guardOf(child.of) : undefined;
    if (word) words.set(word.field, (words.get(word.field) ?? new Set()).add(word.text));
    else if (guard) {
      const rest = compilePredicate(guard.rest);
      const byWord = guarded.get(guard.field) ?? new Map<string, Predicate[]>();
      for (const text of guard.texts) {
        const rests = byWord.get(text) ?? [];
        rests.push(rest);
        byWord.set(text, rests);
      }
      guarded.set(guard.field, byWord);
    } else others.push(compilePredicate(child));
  }
  const any = [
    ...[...words].map(([field, set]) => onText(field, compileWords(set))),
    ...[...guarded].map(([field, byWord]) => compileGuarded(field, byWord)),
    ...others,
  ];
  const [only] = any;
  if (any.length === 1 && only) return only;
  return (row) => {
    for (const one of any) if (one(row)) return true;
    return false;
  };
}

/** The plain value that a condition asks for, without regard to case. */
function wordOf(match: Match): { readonly field: Field; readonly text: string } | undefined {
  if (match.op !== 'test' || match.test.kind !== 'glob' || match.test.cased) return undefined;
  const plain = plainGlob(match.test.parts, false);
  return plain?.how === 'is' ? { field: match.test.field, text: lowerAscii(plain.literal) } : undefined;
}

/** One of several plain values of one text field, and the rest of what is asked besides. */
function guardOf(
  of: readonly Match[],
): { readonly field: Field; readonly texts: readonly string[]; readonly rest: Match } | undefined {
  for (const child of of) {
    const found = (child.op === 'or' ? child.of : [child]).map(wordOf);
    const [first] = found;
    if (!first || kindOf(first.field) !== 'text' || found.some((word) => word?.field !== first.field)) continue;
    return {
      field: first.field,
      texts: found.flatMap((word) => word?.text ?? []),
      rest: and(of.filter((other) => other !== child)),
    };
  }
  return undefined;
}

function compileGuarded(field: Field, byWord: ReadonlyMap<string, readonly Predicate[]>): Predicate {
  return (row) => {
    const value = row[field];
    if (typeof value !== 'string' || value === '') return false;
    const rests = byWord.get(value) ?? byWord.get(lowerAscii(value));
    return rests !== undefined && rests.some((rest) => rest(row));
  };
}

/** Words as they are mostly written, in lower case, are found at once; others are folded and remembered. */
function compileWords(words: ReadonlySet<string>): (text: string) => boolean {
  const folded = remembered((text) => words.has(lowerAscii(text)));
  return (text) => words.has(text) || folded(text);
}

function compileTest(test: Test): Predicate {
  const { field } = test;
  switch (test.kind) {
    case 'present':
      return (row) => isPresent(row[field]);
    case 'glob':
      return onText(test.field, compileGlob(test));
    case 'regex':
      return onText(test.field, remembered(compileRegex(test.regex)));
    case 'number': {
      const holds = comparison(test.compare, test.value);
      return (row) => numberHolds(row[field], holds);
    }
    case 'truth':
      return (row) => row[field] === test.value;
    case 'network':
      return onText(test.field, compileNetwork(test.cidr));
    case 'same': {
      const { other, cased } = test;
      return (row) => isPresent(row[field]) && (row[field] === row[other] || (!cased && sameButCase(row[field], row[other])));
    }
    case 'clock': {
      const holds = comparison(test.compare, test.value);
      const part = localPart(test.zone, test.part);
      return (row) => row.time !== undefined && holds(part(Date.parse(row.time)));
    }
    case 'instant': {
      const from = new Date(test.fromMs).toISOString(); // rows carry this one form, which sorts as text
      return (row) => row.time !== undefined && row.time >= from;
    }
    default:
      return assertNever(test);
  }
}

function isPresent(value: Row[Field]): boolean {
  return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function numberHolds(value: Row[Field], holds: (value: number) => boolean): boolean {
  return typeof value === 'number' && holds(value);
}

/** A text that is not empty, or any element of a list. */
function onText(field: Field, holds: (text: string) => boolean): Predicate {
  return (row) => {
    const value = row[field];
    if (typeof value === 'string') return value !== '' && holds(value);
    return Array.isArray(value) && value.some((element) => holds(element));
  };
}

function compileGlob(glob: Extract<Test, { kind: 'glob' }>): (text: string) => boolean {
  const plain = plainGlob(glob.parts, glob.cased);
  if (!plain) return remembered(compileRegex(globRegex(glob.parts, glob.cased)));
  const { how } = plain;
  const literal = glob.cased ? plain.literal : lowerAscii(plain.literal);
  const fold = glob.cased ? (text: string) => text : lowerAscii;
  switch (how) {
    case 'anything':
      return () => true;
    case 'is':
      return (text) => text.length === literal.length && (text === literal || fold(text) === literal); // folding A to Z keeps lengths
    case 'contains':
      return (text) => fold(text).includes(literal);
    case 'startswith':
      return (text) => fold(text).startsWith(literal);
    case 'endswith':
      return (text) => fold(text).endsWith(literal);
    default:
      return assertNever(how);
  }
}

/** The same values come again and again; the memory is emptied when full, so that it stays small. */
function remembered(holds: (text: string) => boolean): (text: string) => boolean {
  const answers = new Map<string, boolean>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = holds(text);
    if (text.length > memo.textChars) return answer;
    if (answers.size >= memo.entries) answers.clear();
    answers.set(text, answer);
    return answer;
  };
}

export function comparison(compare: Comparison, limit: number): (value: number) => boolean {
  switch (compare) {
    case 'eq':
      return (value) => value === limit;
    case 'gt':
      return (value) => value > limit;
    case 'gte':
      return (value) => value >= limit;
    case 'lt':
      return (value) => value < limit;
    case 'lte':
      return (value) => value <= limit;
    default:
      return assertNever(compare);
  }
}

function compileNetwork(cidr: string): (text: string) => boolean {
  const network = parseNetwork(cidr);
  if (!network) throw new Error(`not a network: ${cidr}`);
  return remembered((text) => isIn(network, text));
}
