import type { Rule } from '#libs/detection/rule/rule.js';
import { plainDecisions } from '../packs/plain-windows.js';
import { threeRules } from '../packs/three-rules.js';
import { ownMicros } from './machine.js';
import { type Goal, report } from './report.js';

/** What plain programs take for a row, in microseconds of the processor. */
export interface PlainMicros {
  /** Each line made a value, and no more. */
  readonly parse: number;
  /** The same and three windows of each account in Maps, exactly; undefined where rows do not come in order of time. */
  readonly windows?: number;
}

/** Plain programs over the frames of a benchmark, in the same run. Rows must be in order of time where windows are asked for. */
export function plainMicros(frames: readonly Buffer[], rules: readonly Rule[] | undefined = threeRules): PlainMicros {
  const rows = rowsIn(frames);
  const parse = micros(() => parseAll(frames)) / rows;
  return { parse, ...(rules && { windows: micros(() => plainDecisions(frames, rules)) / rows }) };
}

/** Tells how many times their rates a benchmark's own microseconds a row come to. */
export function besidePlain(
  name: string,
  microsOfRow: number,
  { parse, windows }: PlainMicros,
  goals: { readonly parse?: Goal; readonly windows?: Goal } = {},
): void {
  report.ratio(name, parse / microsOfRow, 'the rate of JSON.parse alone', goals.parse);
  if (windows !== undefined)
    report.ratio(name, windows / microsOfRow, 'the rate of JSON.parse and three windows in Maps', goals.windows);
}

export function rowsIn(frames: readonly Buffer[]): number {
  let rows = 0;
  for (const frame of frames) for (let at = frame.indexOf(10); at >= 0; at = frame.indexOf(10, at + 1)) rows += 1;
  return rows;
}

function parseAll(frames: readonly Buffer[]): void {
  let read = 0;
  for (const frame of frames)
    for (const line of frame.toString().split('\n')) if (line && (JSON.parse(line) as { time?: string }).time) read += 1;
  if (read !== rowsIn(frames)) throw new Error(`JSON.parse found ${read} rows with a time, of ${rowsIn(frames)}`);
}

function micros(work: () => unknown): number {
  const before = ownMicros();
  work();
  return ownMicros() - before;
}
