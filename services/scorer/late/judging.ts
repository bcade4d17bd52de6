import type { Rejudgement, Rejudging } from '#libs/detection/engine.js';
import { accountInLines } from './account-lines.js';

/** Rows that are judged in one step: some milliseconds. */
const linesAtATime = 500;

/** Judges accounts whose rows are there, one after the other, in steps. */
export function* judging(
  rejudging: Rejudging,
  group: readonly Rejudgement[],
  lines: ReadonlyMap<string, readonly Buffer[]>,
  stop: AbortSignal,
): Generator<void, void> {
  for (const asked of group) {
    rejudging.begin(asked);
    const own = lines.get(accountInLines(asked)) ?? [];
    for (let at = 0; at < own.length && !stop.aborted; at += linesAtATime) {
      rejudging.take(Buffer.concat(own.slice(at, at + linesAtATime)));
      yield;
    }
    if (stop.aborted) return;
    yield;
  }
}
