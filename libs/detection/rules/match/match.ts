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

/** One condition as it is, several joined. They are copied, since an array that has grown keeps room for more, and rules hold thousands of small ones. */
export function joined(op: 'and' | 'or', of: readonly Match[]): Match {
  const [only] = of;
  return of.length === 1 && only ? only : { op, of: of.slice() };
}

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

/** A to Z in lower case, everything else as it is: what ClickHouse's `lower` does. */
export function lowerAscii(text: string): string {
  if (!/[A-Z]/.test(text)) return text;
  return isAscii(text) ? text.toLowerCase() : text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text); // oxlint-disable-line no-control-regex
}

/** Whether two texts are one but for the case of A to Z. */
export function sameButCase(one: unknown, other: unknown): boolean {
  return typeof one === 'string' && typeof other === 'string' && lowerAscii(one) === lowerAscii(other);
}
