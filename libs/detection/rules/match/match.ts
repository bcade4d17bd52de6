import { createHash } from 'node:crypto';
import type { Field } from './fields.js';
import type { Regex } from './regex-syntax.js';

/** A piece of a Sigma string: literal text, `*` or `?`. */
export type GlobPart = { readonly literal: string } | 'any' | 'one';
export type Comparison = 'eq' | 'gt' | 'gte' | 'lt' | 'lte';

/** One question about one field. */
export type Test =
  | { readonly kind: 'present'; readonly field: Field }
  | { readonly kind: 'glob'; readonly field: Field; readonly parts: readonly GlobPart[]; readonly cased: boolean }
  /** `source` as written, with the flags behind: `a.b`, `a.b|i|s`. */
  | { readonly kind: 'regex'; readonly field: Field; readonly source: string; readonly regex: Regex }
  | { readonly kind: 'number'; readonly field: Field; readonly compare: Comparison; readonly value: number }
  | { readonly kind: 'truth'; readonly field: Field; readonly value: boolean }
  /** An address inside a network, `10.0.0.0/8` or `2001:db8::/32`. */
  | { readonly kind: 'network'; readonly field: Field; readonly cidr: string }
  /** Two fields with the same, not empty, value; unless `cased`, upper and lower case of A to Z count as the same. */
  | { readonly kind: 'same'; readonly field: Field; readonly other: Field; readonly cased: boolean }
  /** Local time: hour 0 to 23, day of month 1 to 31, or weekday 1 (Monday) to 7. */
  | {
      readonly kind: 'clock';
      readonly field: 'time';
      readonly part: ClockPart;
      readonly zone: string;
      readonly compare: Comparison;
      readonly value: number;
    }
  /** At or after an instant, milliseconds. */
  | { readonly kind: 'instant'; readonly field: 'time'; readonly fromMs: number };
export type ClockPart = 'hour' | 'day' | 'weekday';

/**
 * The meaning of a condition, in two-valued logic: a test on an absent field is false, and `not` of it is true. JavaScript, SQL and the
 * digest are made from this and nothing else.
 */
export type Match =
  | { readonly op: 'and'; readonly of: readonly Match[] }
  | { readonly op: 'or'; readonly of: readonly Match[] }
  | { readonly op: 'not'; readonly of: Match }
  | { readonly op: 'test'; readonly test: Test };

export const and = (of: readonly Match[]): Match => ({ op: 'and', of });
export const or = (of: readonly Match[]): Match => ({ op: 'or', of });
export const not = (of: Match): Match => ({ op: 'not', of });
export const test = (test: Test): Match => ({ op: 'test', test });

/** The fields of which a condition asks only whether they are there, sorted. */
export function presenceOf(match: Match): readonly Field[] {
  const valued = new Set<Field>();
  const visit = (node: Match): void => {
    if (node.op === 'not') visit(node.of);
    else if (node.op !== 'test') node.of.forEach(visit);
    else if (node.test.kind !== 'present') {
      valued.add(node.test.field);
      if (node.test.kind === 'same') valued.add(node.test.other);
    }
  };
  visit(match);
  return fieldsOf(match).filter((field) => !valued.has(field));
}

/** Every field that a condition looks at, sorted. */
export function fieldsOf(match: Match): readonly Field[] {
  const fields = new Set<Field>();
  const visit = (node: Match): void => {
    if (node.op === 'not') visit(node.of);
    else if (node.op !== 'test') node.of.forEach(visit);
    else {
      fields.add(node.test.field);
      if (node.test.kind === 'same') fields.add(node.test.other);
    }
  };
  visit(match);
  return [...fields].toSorted();
}

/** Whether a condition holds of an access that meets none of its tests. */
export function holdsOfNothing(match: Match): boolean {
  if (match.op === 'test') return false;
  if (match.op === 'not') return !holdsOfNothing(match.of);
  return match.op === 'and' ? match.of.every(holdsOfNothing) : match.of.some(holdsOfNothing);
}

/** The number of tests and connectives. */
export function sizeOf(match: Match): number {
  if (match.op === 'test') return 1;
  return match.op === 'not' ? 1 + sizeOf(match.of) : match.of.reduce((sum, child) => sum + sizeOf(child), 1);
}

/** What `normalise` gave, so that a condition with thousands of values is put in order once. */
const normalised = new WeakMap<Match, Match>();

/**
 * The same meaning in one form: nested `and`/`or` flattened, children sorted and without repetition, double `not` removed, text that is
 * compared without case in lower case.
 */
export function normalise(match: Match): Match {
  const known = normalised.get(match);
  if (known) return known;
  const made = normaliseOnce(match);
  normalised.set(match, made);
  normalised.set(made, made);
  return made;
}

function normaliseOnce(match: Match): Match {
  if (match.op === 'test') return normaliseTest(match);
  if (match.op === 'not') {
    const inner = normalise(match.of);
    return inner.op === 'not' ? inner.of : not(inner);
  }
  const { op } = match;
  const found = match.of.flatMap((child): Match | readonly Match[] => {
    const inner = child.op === 'test' ? normaliseTest(child) : normalise(child);
    return inner.op === op ? inner.of : inner;
  });
  const isList = isListOf(found);
  const keyed = found.map((one) => ({ one, key: isList ? JSON.stringify(literalOf(one)) : jsonOf(one) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const distinct = keyed.filter(({ key }, at) => key !== keyed[at - 1]?.key);
  const of = distinct.map(({ one }) => one);
  const [only] = of;
  if (of.length === 1 && only) return only;
  const made: Match = { op, of };
  if (!isList) texts.set(made, jsonText(op, distinct.map(({ key }) => key).join(',')));
  return made;
}

/** The JSON of conditions that are no single test, put together from that of their parts. */
const texts = new WeakMap<Match, string>();

/** What `JSON.stringify` gives, for a condition that is put in order, without reading again what has been read. */
export function jsonOf(match: Match): string {
  if (match.op === 'test') return JSON.stringify(match);
  const known = texts.get(match);
  if (known !== undefined) return known;
  const made =
    match.op === 'not'
      ? `{"op":"not","of":${jsonOf(match.of)}}`
      : jsonText(match.op, isListOf(match.of) ? JSON.stringify(match.of).slice(1, -1) : match.of.map(jsonOf).join(','));
  texts.set(match, made);
  return made;
}

function jsonText(op: 'and' | 'or', of: string): string {
  return `{"op":"${op}","of":[${of}]}`;
}

/**
 * Whether all are plain values of one field, a list of thousands: the JSON of the values tells them apart and orders them as that of the whole tests
 * does, since what stands before it is the same and no JSON text begins another; it is several times faster.
 */
function isListOf(children: readonly Match[]): boolean {
  const [first] = children;
  if (first?.op !== 'test' || first.test.kind !== 'glob') return false;
  const { field, cased } = first.test;
  return children.every(
    (child) =>
      literalOf(child) !== undefined &&
      child.op === 'test' &&
      child.test.kind === 'glob' &&
      child.test.field === field &&
      child.test.cased === cased,
  );
}

/** The text of a test for one literal text, if it is one. */
function literalOf(match: Match): string | undefined {
  if (match.op !== 'test' || match.test.kind !== 'glob') return undefined;
  const { parts } = match.test;
  const [part] = parts;
  return parts.length === 1 && typeof part === 'object' ? part.literal : undefined;
}

/** The test itself where nothing changes: most values of long lists are written in lower case. */
function normaliseTest(match: Extract<Match, { op: 'test' }>): Match {
  const { test: asked } = match;
  if (asked.kind !== 'glob' || asked.cased) return match;
  if (!asked.parts.some((part) => typeof part === 'object' && lowerAscii(part.literal) !== part.literal)) return match;
  const parts = asked.parts.map((part) => (typeof part === 'string' ? part : { literal: lowerAscii(part.literal) }));
  return test({ ...asked, parts });
}

/** A to Z in lower case, everything else as it is: what ClickHouse's `lower` does. */
export function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

/** Whether two texts are one but for the case of A to Z. */
export function sameButCase(one: unknown, other: unknown): boolean {
  return typeof one === 'string' && typeof other === 'string' && lowerAscii(one) === lowerAscii(other);
}

/** 32 hexadecimal digits of SHA-256 over the normalised condition. */
export function digestOf(normalised: Match): string {
  return createHash('sha256')
    .update(`selection 1\n${jsonOf(normalised)}`)
    .digest('hex')
    .slice(0, 32);
}
