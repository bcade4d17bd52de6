import { caseRanges, rangeOf } from './letter-case.js';
import { type GlobPart, isAscii } from './match.js';
import { anyPoint } from './regex-syntax.js';
import type { Regex } from './regex-syntax.js';

/** A Sigma string: `*` any characters, `?` one; `\*`, `\?` and `\\` the character itself; another backslash stands for itself. */
export function parseGlob(text: string): readonly GlobPart[] {
  if (!/[\\*?]/.test(text)) return text === '' ? [] : [{ literal: text }];
  const parts: GlobPart[] = [];
  let literal = '';
  const close = (): void => {
    if (literal !== '') parts.push({ literal });
    literal = '';
  };
  for (const piece of text.split(/(\\[*?\\]|[*?])/)) {
    if (piece !== '*' && piece !== '?') {
      literal += /^\\[*?\\]$/.test(piece) ? piece.slice(1) : piece;
      continue;
    }
    close();
    if (piece === '?' || parts.at(-1) !== 'any') parts.push(piece === '*' ? 'any' : 'one');
  }
  close();
  return parts.slice();
}

/** `any` before and after, as `contains`, `startswith` and `endswith` ask. */
export function surround(parts: readonly GlobPart[], before: boolean, after: boolean): readonly GlobPart[] {
  if (!before && !after) return parts;
  const front: GlobPart[] = before && parts[0] !== 'any' ? ['any'] : [];
  const back: GlobPart[] = after && parts.at(-1) !== 'any' && (parts.length > 0 || !before) ? ['any'] : [];
  return front.concat(parts, back); // unlike an array that has grown, as long as it is
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
