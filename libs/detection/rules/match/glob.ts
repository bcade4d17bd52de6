import { caseRanges, rangeOf } from './letter-case.js';
import type { GlobPart } from './match.js';
import { anyPoint } from './regex-syntax.js';
import type { Regex } from './regex-syntax.js';

/** A Sigma string: `*` any characters, `?` one; `\*`, `\?` and `\\` the character itself; another backslash stands for itself. */
export function parseGlob(text: string): readonly GlobPart[] {
  if (!/[\\*?]/.test(text)) return text === '' ? [] : [{ literal: text }]; // as it is: a text put together of characters costs ten times as much
  const parts: GlobPart[] = [];
  let literal = '';
  const close = (): void => {
    if (literal !== '') parts.push({ literal });
    literal = '';
  };
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    const next = text.charAt(i + 1);
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next;
      i += 1;
    } else if (char === '*' || char === '?') {
      close();
      if (char === '?' || parts.at(-1) !== 'any') parts.push(char === '*' ? 'any' : 'one');
    } else literal += char;
  }
  close();
  return parts;
}

/** `any` before and after, as `contains`, `startswith` and `endswith` ask. */
export function surround(parts: readonly GlobPart[], before: boolean, after: boolean): readonly GlobPart[] {
  const front: GlobPart[] = before && parts[0] !== 'any' ? ['any'] : [];
  const back: GlobPart[] = after && parts.at(-1) !== 'any' && (parts.length > 0 || !before) ? ['any'] : [];
  return [...front, ...parts, ...back];
}

/** A pattern that plain text functions can answer. */
export interface PlainGlob {
  readonly how: 'is' | 'contains' | 'startswith' | 'endswith' | 'anything';
  readonly literal: string;
}

/** The plain form, or undefined when there is an inner wildcard or a `?`, or case to fold beyond ASCII. */
export function plainGlob(parts: readonly GlobPart[], cased: boolean): PlainGlob | undefined {
  const [first] = parts;
  if (parts.length === 1 && typeof first === 'object')
    return cased || isAscii(first.literal) ? { how: 'is', literal: first.literal } : undefined;
  if (parts.includes('one')) return undefined;
  const literals = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.literal]));
  const [literal = ''] = literals;
  if (literals.length > 1 || (!cased && !isAscii(literal))) return undefined;
  if (literals.length === 0) return { how: parts.length > 0 ? 'anything' : 'is', literal };
  const before = parts[0] === 'any';
  const after = parts.at(-1) === 'any';
  return { how: before ? (after ? 'contains' : 'endswith') : after ? 'startswith' : 'is', literal };
}

/** The pattern as an anchored regular expression, letters without case written as classes: no engine's case tables are asked. */
export function globRegex(parts: readonly GlobPart[], cased: boolean): Regex {
  const of: Regex[] = parts.flatMap((part): Regex[] => {
    if (part === 'one') return [anyPoint];
    if (part === 'any') return [{ op: 'repeat', of: anyPoint, min: 0, max: undefined }];
    return Array.from(part.literal, (char): Regex => ({
      op: 'set',
      ranges: cased ? [rangeOf(char)] : caseRanges(char),
      negated: false,
    }));
  });
  return { op: 'sequence', of: [{ op: 'start' }, ...of, { op: 'end' }] };
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text); // oxlint-disable-line no-control-regex
}
