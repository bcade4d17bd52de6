import { RE2JS } from 're2js';
import { assertNever } from '#libs/runtime/outcome.js';
import type { Range } from './letter-case.js';
import type { Regex } from './regex-syntax.js';
import { regexText } from './regex-text.js';

/** Instructions of Thompson's construction; `at` are places in the program. */
type Step =
  | { readonly op: 'set'; readonly ranges: readonly Range[]; readonly negated: boolean }
  | { readonly op: 'fork'; readonly first: number; readonly second: number }
  | { readonly op: Anchor | 'found' };
type Anchor = 'start' | 'end' | 'lineStart' | 'lineEnd';

/**
 * Whether a regular expression is found somewhere in a text, in time (steps of the expression) times (characters of the text) at worst: RE2
 * runs all alternatives at once and never goes back, so that no rule and no value can make it slow. It reads the very text that ClickHouse gets.
 */
export function compileRegex(regex: Regex): (text: string) => boolean {
  const compiled = RE2JS.compile(regexText(regex));
  return (text) => compiled.test(text);
}

/**
 * Whether the expression is found in some text of so many characters, each one of the points: all ways on from each place are followed at once.
 * Source: K. Thompson, Regular Expression Search Algorithm (1968); R. Cox, Regular Expression Matching: the Virtual Machine Approach.
 */
export function canMeetDigits(regex: Regex, points: readonly number[], length: number): boolean {
  const steps = stepsFor(regex);
  const marks = new Uint32Array(steps.length);
  const text = '0'.repeat(length); // for the places only
  let now: number[] = [];
  if (add(steps, marks, 1, now, 0, new Place(text, 0))) return true;
  for (let at = 1; at <= length; at += 1) {
    const place = new Place(text, at);
    const next: number[] = [];
    for (const from of now) {
      const step = steps[from];
      if (step?.op === 'set' && points.some((point) => holds(step.ranges, step.negated, point)))
        if (add(steps, marks, at + 1, next, from + 1, place)) return true;
    }
    if (add(steps, marks, at + 1, next, 0, place)) return true;
    now = next;
  }
  return false;
}

const newline = 10;

function stepsFor(regex: Regex): readonly Step[] {
  const steps: Step[] = [];
  emit(regex, steps);
  return [...steps, { op: 'found' }];
}

/** A place between two characters. */
class Place {
  readonly start: boolean;
  readonly end: boolean;
  readonly lineStart: boolean;
  readonly lineEnd: boolean;

  constructor(text: string, at: number) {
    this.start = at === 0;
    this.end = at >= text.length;
    this.lineStart = this.start || text.charCodeAt(at - 1) === newline;
    this.lineEnd = this.end || text.charCodeAt(at) === newline;
  }
}

function holds(ranges: readonly Range[], negated: boolean, point: number): boolean {
  for (const range of ranges) if (point >= range[0] && point <= range[1]) return !negated;
  return negated;
}

/** Follows forks and anchors from a step to the sets behind it; true when the end of the expression is reached. */
function add(steps: readonly Step[], marks: Uint32Array, round: number, into: number[], from: number, place: Place): boolean {
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (marks[at] === round) continue;
    marks[at] = round;
    const step = steps[at];
    if (!step) continue;
    if (step.op === 'found') return true;
    if (step.op === 'set') into.push(at);
    else if (step.op === 'fork') open.push(step.second, step.first);
    else if (place[step.op]) open.push(at + 1);
  }
  return false;
}

function emit(regex: Regex, steps: Step[]): void {
  switch (regex.op) {
    case 'set':
      steps.push({ op: 'set', ranges: regex.ranges, negated: regex.negated });
      return;
    case 'start':
    case 'end':
    case 'lineStart':
    case 'lineEnd':
      steps.push({ op: regex.op });
      return;
    case 'sequence':
      for (const child of regex.of) emit(child, steps);
      return;
    case 'choice':
      emitChoice(regex.of, steps);
      return;
    case 'repeat':
      emitRepeat(regex.of, regex.min, regex.max, steps);
      return;
    default:
      assertNever(regex);
  }
}

/** Two ways on from here; the places are filled in when they are known. */
function fork(steps: Step[]): (first: number, second: number) => void {
  const at = steps.length;
  steps.push({ op: 'fork', first: at, second: at });
  return (first, second) => {
    steps[at] = { op: 'fork', first, second };
  };
}

function emitChoice(of: readonly Regex[], steps: Step[]): void {
  const exits: ((at: number) => void)[] = [];
  for (const [index, child] of of.entries()) {
    const isLast = index === of.length - 1;
    const entry = isLast ? undefined : fork(steps);
    const start = steps.length;
    emit(child, steps);
    if (!entry) break;
    const exit = fork(steps);
    exits.push((at) => exit(at, at));
    entry(start, steps.length);
  }
  for (const exit of exits) exit(steps.length);
}

function emitRepeat(of: Regex, min: number, max: number | undefined, steps: Step[]): void {
  for (let i = 0; i < min; i += 1) emit(of, steps);
  if (max === undefined) {
    const at = steps.length;
    const entry = fork(steps);
    emit(of, steps);
    fork(steps)(at, at);
    entry(at + 1, steps.length);
    return;
  }
  const entries: ((at: number) => void)[] = [];
  for (let i = min; i < max; i += 1) {
    const at = steps.length;
    const entry = fork(steps);
    entries.push((end) => entry(at + 1, end));
    emit(of, steps);
  }
  for (const entry of entries) entry(steps.length);
}
