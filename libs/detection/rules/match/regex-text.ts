import { assertNever } from '#libs/runtime/outcome.js';
import type { Range } from './letter-case.js';
import type { Regex } from './regex-syntax.js';

/** The expression in RE2's notation; sets are written out, so that no setting of whoever runs it says what `.` or a letter means. */
export function regexText(regex: Regex): string {
  switch (regex.op) {
    case 'set':
      return setText(regex.ranges, regex.negated);
    case 'start':
      return '^';
    case 'end':
      return '$';
    case 'lineStart':
      return '(?m:^)';
    case 'lineEnd':
      return '(?m:$)';
    case 'sequence':
      return regex.of.map(regexText).join('');
    case 'choice':
      return `(?:${regex.of.map(regexText).join('|')})`;
    case 'repeat':
      return `(?:${regexText(regex.of)})${countText(regex.min, regex.max)}`;
    default:
      return assertNever(regex);
  }
}

function countText(min: number, max: number | undefined): string {
  if (max === undefined) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
}

function setText(ranges: readonly Range[], negated: boolean): string {
  if (ranges.length === 0) return negated ? '(?s:.)' : '[^\\s\\S]';
  const [only] = ranges;
  if (!negated && ranges.length === 1 && only && only[0] === only[1]) return pointText(only[0]);
  const items = ranges.map(([first, last]) => (first === last ? pointText(first) : `${pointText(first)}-${pointText(last)}`));
  return `[${negated ? '^' : ''}${items.join('')}]`;
}

/** A character, escaped when it is an ASCII sign. */
function pointText(point: number): string {
  const char = String.fromCodePoint(point);
  return /[!-/:-@[-^`{-~]/.test(char) ? `\\${char}` : char;
}
