import { assertNever } from '#libs/runtime/outcome.js';
import { ruleLimits } from '../text/limits.js';
import { type Range, withoutCase } from './letter-case.js';

/** `i`: upper and lower case count as the same. `m`: `^` and `$` mean those of a line. `s`: `.` meets line ends too. */
export type RegexFlag = 'i' | 'm' | 's';

/**
 * The regular expressions that a rule may use: what means the same in RE2 (ClickHouse) and here, and what an automaton can run in
 * linear time. No look-around, no back-references, no flags inside, no possessive or lazy quantifiers.
 */
export type Regex =
  | { readonly op: 'set'; readonly ranges: readonly Range[]; readonly negated: boolean }
  | { readonly op: 'sequence'; readonly of: readonly Regex[] }
  | { readonly op: 'choice'; readonly of: readonly Regex[] }
  | { readonly op: 'repeat'; readonly of: Regex; readonly min: number; readonly max: number | undefined }
  /** Of the whole text, or of a line. */
  | { readonly op: 'start' | 'end' | 'lineStart' | 'lineEnd' };

/** A part that meets a place in the text and no character. */
function isAnchor(regex: Regex): boolean {
  return regex.op === 'start' || regex.op === 'end' || regex.op === 'lineStart' || regex.op === 'lineEnd';
}

/** Whether every text meets it, as one that may meet no character of it does. */
export function meetsAnything(regex: Regex): boolean {
  switch (regex.op) {
    case 'set':
    case 'end':
    case 'lineEnd':
      return false;
    case 'start':
    case 'lineStart':
      return true;
    case 'sequence':
      return regex.of.every(meetsAnything);
    case 'choice':
      return regex.of.some(meetsAnything);
    case 'repeat':
      return regex.min === 0 || meetsAnything(regex.of);
    default:
      return assertNever(regex);
  }
}

export const anyPoint: Regex = { op: 'set', ranges: [], negated: true };

/** What `.` meets, as in PCRE: any character but the line end. */
const anyButLineEnd: Regex = { op: 'set', ranges: [[10, 10]], negated: true };

const digits: readonly Range[] = [[48, 57]];
const word: readonly Range[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const space: readonly Range[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];
const classes: Readonly<Record<string, { ranges: readonly Range[]; negated: boolean }>> = {
  d: { ranges: digits, negated: false },
  D: { ranges: digits, negated: true },
  w: { ranges: word, negated: false },
  W: { ranges: word, negated: true },
  s: { ranges: space, negated: false },
  S: { ranges: space, negated: true },
};
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, f: 12, r: 13 };

/** What is wrong with a regular expression, for its author. */
export class RegexRefused extends Error {}

/** Throws RegexRefused. */
export function parseRegex(source: string, flags: readonly RegexFlag[] = []): Regex {
  const points = Array.from(source);
  if (points.length > ruleLimits.regexChars)
    throw new RegexRefused(`it has ${points.length} characters, more than ${ruleLimits.regexChars}; write several shorter ones`);
  const regex = new RegexParser(points, flags).parse();
  const counts = nestedCounts(regex);
  if (counts > ruleLimits.regexNestedCounts)
    throw new RegexRefused(
      `its counts inside one another come to ${counts}, and ClickHouse takes ${ruleLimits.regexNestedCounts}; use smaller counts`,
    );
  const steps = stepsOf(regex);
  if (steps > ruleLimits.regexSteps)
    throw new RegexRefused(
      `its repetitions, written out, have ${steps} steps, more than ${ruleLimits.regexSteps}; use smaller counts`,
    );
  return regex;
}

/** The largest product of counts inside one another, as RE2 reckons it against its limit. */
function nestedCounts(regex: Regex): number {
  if (regex.op === 'repeat') return Math.max(1, regex.max ?? regex.min) * nestedCounts(regex.of);
  if (regex.op !== 'sequence' && regex.op !== 'choice') return 1;
  return Math.max(1, ...regex.of.map(nestedCounts));
}

/** Steps of the automaton with counted repetitions written out. */
export function stepsOf(regex: Regex): number {
  if (regex.op === 'repeat') return 2 + stepsOf(regex.of) * Math.max(1, regex.max ?? regex.min + 1);
  if (regex.op !== 'sequence' && regex.op !== 'choice') return 1;
  return regex.of.reduce((sum, child) => sum + stepsOf(child) + 1, 1);
}

class RegexParser {
  readonly #points: readonly string[];
  readonly #flags: readonly RegexFlag[];
  #at = 0;
  #depth = 0;

  constructor(points: readonly string[], flags: readonly RegexFlag[]) {
    this.#points = points;
    this.#flags = flags;
  }

  parse(): Regex {
    const regex = this.#choice();
    if (this.#at < this.#points.length)
      throw new RegexRefused('it closes a parenthesis that was not opened; write \\) for the character');
    return regex;
  }

  get #next(): string | undefined {
    return this.#points[this.#at];
  }

  #choice(): Regex {
    const of = [this.#sequence()];
    while (this.#next === '|') {
      this.#at += 1;
      of.push(this.#sequence());
    }
    const [only] = of;
    return of.length === 1 && only ? only : { op: 'choice', of };
  }

  #sequence(): Regex {
    const of: Regex[] = [];
    while (this.#next !== undefined && this.#next !== '|' && this.#next !== ')') of.push(this.#repeated(this.#atom()));
    return { op: 'sequence', of };
  }

  #atom(): Regex {
    const char = this.#next ?? '';
    this.#at += 1;
    if (char === '^') return { op: this.#flags.includes('m') ? 'lineStart' : 'start' };
    if (char === '$') return { op: this.#flags.includes('m') ? 'lineEnd' : 'end' };
    if (char === '.') return this.#flags.includes('s') ? anyPoint : anyButLineEnd;
    if (char === '(') return this.#group();
    if (char === '[') return this.#set();
    if (char === '\\') return this.#inCase({ op: 'set', ...this.#escape() });
    if ('*+?'.includes(char)) throw new RegexRefused(`${char} repeats nothing; write \\${char} for the character`);
    if ('{}]'.includes(char)) throw new RegexRefused(`${char} stands alone; write \\${char} for the character`);
    return this.#inCase(one(char));
  }

  /** A set, with both cases of its letters where case says nothing. */
  #inCase(set: Extract<Regex, { op: 'set' }>): Regex {
    if (!this.#flags.includes('i')) return set;
    const ranges = withoutCase(set.ranges);
    if (!ranges) throw new RegexRefused('a range in [ ] is too wide for i; write a smaller one, or leave i away');
    return { ...set, ranges };
  }

  #group(): Regex {
    if (this.#next === '?') {
      if (this.#points[this.#at + 1] !== ':')
        throw new RegexRefused(
          'look-around, flags and named groups are not taken inside an expression, since tools differ in them; use ( ) or (?: ), and write re|i, re|m or re|s for flags',
        );
      this.#at += 2;
    }
    this.#depth += 1;
    if (this.#depth > ruleLimits.depth)
      throw new RegexRefused(`its groups lie more than ${ruleLimits.depth} deep; write it flatter`);
    const inner = this.#choice();
    if (this.#next !== ')') throw new RegexRefused('a ( is not closed; write \\( for the character');
    this.#at += 1;
    this.#depth -= 1;
    return inner;
  }

  #repeated(atom: Regex): Regex {
    const bounds = this.#quantifier();
    if (!bounds) return atom;
    if (isAnchor(atom)) throw new RegexRefused('^ and $ cannot be repeated; leave the quantifier away');
    if (this.#quantifier())
      throw new RegexRefused('a quantifier follows a quantifier; lazy and possessive ones change nothing here, write one');
    return { op: 'repeat', of: atom, min: bounds[0], max: bounds[1] };
  }

  #quantifier(): readonly [number, number | undefined] | undefined {
    const char = this.#next;
    if (char === '*' || char === '+' || char === '?') {
      this.#at += 1;
      return [char === '+' ? 1 : 0, char === '?' ? 1 : undefined];
    }
    if (char !== '{') return undefined;
    const counts = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.#points.slice(this.#at, this.#at + 12).join(''));
    if (!counts) throw new RegexRefused('{ does not begin a count such as {2}, {2,} or {2,5}; write \\{ for the character');
    const min = Number(counts[1]);
    const max = counts[2] === undefined ? min : counts[3] === undefined ? undefined : Number(counts[3]);
    if (min > 200 || (max ?? 0) > 200) throw new RegexRefused('it repeats more than 200 times; use + or *');
    if (max !== undefined && (max < min || max === 0))
      throw new RegexRefused(`${counts[0]} is empty or backwards; write the smaller count first`);
    this.#at += counts[0].length;
    return [min, max];
  }

  #set(): Regex {
    const negated = this.#next === '^';
    if (negated) this.#at += 1;
    const ranges: Range[] = [];
    for (;;) {
      const char = this.#next;
      if (char === undefined) throw new RegexRefused('a [ is not closed; write \\[ for the character');
      if (char === ']') break;
      if (char === '[') throw new RegexRefused('[ inside [ ] means different things in different tools; write \\[');
      ranges.push(...this.#setItem());
    }
    this.#at += 1;
    if (ranges.length === 0) throw new RegexRefused('[ ] is empty; name at least one character, and write \\] for the bracket');
    return this.#inCase({ op: 'set', ranges, negated });
  }

  #setItem(): readonly Range[] {
    const first = this.#setPoint();
    if (typeof first !== 'number') return first;
    if (this.#next !== '-' || this.#points[this.#at + 1] === ']') return [[first, first]];
    this.#at += 1;
    const last = this.#setPoint();
    if (typeof last !== 'number' || last < first)
      throw new RegexRefused('a range in [ ] runs backwards or ends in a class; write \\- for the character');
    return [[first, last]];
  }

  /** One character, or the ranges of a class such as `\d`. */
  #setPoint(): number | readonly Range[] {
    const char = this.#next;
    this.#at += 1;
    if (char === undefined) throw new RegexRefused('a [ is not closed; write \\[ for the character');
    if (char !== '\\') return char.codePointAt(0) ?? 0;
    const { ranges, negated } = this.#escape();
    if (negated) throw new RegexRefused('\\D, \\W and \\S are not taken inside [ ]; write [^ ] instead');
    const [only] = ranges;
    return ranges.length === 1 && only && only[0] === only[1] ? only[0] : ranges;
  }

  #escape(): { ranges: readonly Range[]; negated: boolean } {
    const char = this.#next;
    this.#at += 1;
    if (char === undefined) throw new RegexRefused('it ends in a backslash; write \\\\ for the character');
    const known = Object.hasOwn(classes, char) ? classes[char] : undefined;
    if (known) return known;
    const control = Object.hasOwn(controls, char) ? controls[char] : undefined;
    if (control === undefined && /[0-9A-Za-z]/.test(char))
      throw new RegexRefused(
        `\\${char} is not taken (back-references, \\b and \\p differ between tools); taken are \\d \\w \\s \\D \\W \\S \\t \\n \\r \\f and escaped signs`,
      );
    const point = control ?? char.codePointAt(0) ?? 0;
    return { ranges: [[point, point]], negated: false };
  }
}

function one(char: string): Extract<Regex, { op: 'set' }> {
  const point = char.codePointAt(0) ?? 0;
  return { op: 'set', ranges: [[point, point]], negated: false };
}
