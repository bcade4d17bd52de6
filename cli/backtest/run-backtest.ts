import type { Clock } from '#libs/runtime/clock.js';
import { Backtest, type BacktestIncident, type BacktestOptions, type BacktestResult } from '#libs/detection/history/backtest.js';
import { BadLines } from './files/bad-lines.js';
import { eventReason, isEvent } from './files/row-block.js';
import { RateProgress } from './rate-progress.js';
import type { RowSource } from './row-source.js';

export interface BacktestRun {
  readonly options: BacktestOptions;
  readonly source: RowSource;
  /** Lines that the source could not use; those that the judge cannot use are added. */
  readonly bad: BadLines;
  /** What was told, asked for at the end; none where baseline rules are judged. */
  readonly told: () => Promise<readonly BacktestIncident[]>;
}

export interface BacktestTools {
  readonly clock: Clock;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

const partsOfCounting = 1_000;

/** Reads, judges and compares, with a bar. Rejects with the signal's reason when it is stopped. */
export async function runBacktest(
  { options, source, bad, told }: BacktestRun,
  { clock, stderr, signal }: BacktestTools,
): Promise<{ readonly result: BacktestResult; readonly rows: number }> {
  const counting = new RateProgress(stderr, clock, partsOfCounting, 'parts counted');
  const total = await source.count((share) => {
    signal.throwIfAborted();
    counting.show(share * partsOfCounting);
  });
  counting.end();
  const backtest = new Backtest(options);
  const progress = new RateProgress(stderr, clock, total, 'rows');
  let rows = 0;
  let seen = 0;
  for await (const { bytes, placeOf } of source.frames()) {
    signal.throwIfAborted();
    const outcome = backtest.take(bytes);
    for (const { line, reason, detail } of outcome.rejected)
      bad.note(placeOf(line), reason === 'not_a_row' && isEvent(lineOf(bytes, line)) ? eventReason : detail);
    rows += outcome.rows;
    seen += outcome.rows + outcome.rejected.length;
    progress.show(seen);
  }
  progress.end();
  return { result: backtest.result(options.baseline ? [] : await told()), rows };
}

function lineOf(bytes: Uint8Array, line: number): string {
  return Buffer.from(bytes).toString('utf8').split('\n')[line - 1] ?? '';
}
