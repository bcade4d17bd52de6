/**
 * Rules that sum records up beside rules that count events, over the same frames in the same run: thresholds that nobody reaches, some do and
 * everybody does, in order of time and in four lanes that run behind one another.
 */
import { createHash } from 'node:crypto';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { Engine } from '#libs/detection/engine.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { and, test } from '#libs/detection/rules/match/match.js';
import { selectionOf } from '#libs/detection/rules/match/selection.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { besidePlain, plainMicros } from './yardstick/plain.js';
import { report } from './yardstick/report.js';

const minute = 60_000;
const start = Date.parse('2026-03-02T00:00:00Z');
const accounts = 1_400;
const rows = Number(process.env['BENCH_ROWS'] ?? 600_000);
const rounds = 3;
const selection = selectionOf(and([test({ kind: 'glob', field: 'action', parts: [{ literal: 'export' }], cased: false })]));

report.note(`${rows} rows of ${accounts} accounts; by processor time`);
for (const [order, lanes] of [
  ['in order', 1],
  ['in four lanes', 4],
] as const)
  for (const perHour of [1_000_000, 60, 3]) {
    const frames = [...framesOf(lanes)];
    // In turns, so that what else runs on the machine is the same for both.
    const figures = Array.from({ length: rounds }, () => [
      measure('event_count', perHour, frames),
      measure('value_sum', perHour, frames),
    ]);
    const [counts = 0, sums = 0] = [0, 1].map((at) => Math.max(...figures.map((figure) => figure[at] ?? 0)));
    report.figure(`${order}, at ${perHour} an hour, counts`, counts, 'rows/s');
    report.figure(`${order}, at ${perHour} an hour, sums`, sums, 'rows/s');
    report.ratio(`${order}, at ${perHour} an hour, sums`, sums / counts, 'the rate of counts');
    besidePlain(`${order}, at ${perHour} an hour, sums`, 1e6 / sums, plainMicros(frames.slice(0, 100), undefined));
  }

/** Three windows over one series. An event of the frames is about two records on the average. */
function rulesOf(type: 'event_count' | 'value_sum', perHour: number): readonly Rule[] {
  return [10, 60, 24 * 60].map((minutes): Rule => {
    const atLeast = Math.ceil((perHour * minutes) / 60) * (type === 'value_sum' ? 2 : 1);
    const field = type === 'value_sum' ? (['record_count'] as const) : [];
    return { ...aRule({ id: `r${minutes}`, selection, field, atLeast, timespanMs: minutes * minute }), type };
  });
}

function measure(type: 'event_count' | 'value_sum', perHour: number, frames: readonly Buffer[]): number {
  const engine = new Engine({ rules: rulesOf(type, perHour), quietMs: 24 * 60 * minute, allowedLatenessMs: 15 * minute });
  const before = process.cpuUsage();
  frames.forEach((bytes, offset) => {
    engine.apply({ offset, bytes }, start);
    engine.takeChanges({ includeUpdates: false });
  });
  const { user, system } = process.cpuUsage(before);
  return rows / ((user + system) / 1e6);
}

/** Half a day; each lane runs a thousand rows behind the one before. */
function* framesOf(lanes: number): Iterable<Buffer> {
  const waiting = Array.from({ length: lanes }, (): string[] => []);
  for (let i = 0; i < rows + lanes * 1_000; i += 1)
    for (const [lane, lines] of waiting.entries()) {
      const index = i - lane * 1_000;
      if (index < 0 || index >= rows || index % lanes !== lane) continue;
      lines.push(lineOf(index));
      if (lines.length === 500) yield Buffer.from(lines.splice(0).join(''));
    }
  for (const lines of waiting) yield Buffer.from(lines.join(''));
}

function lineOf(index: number): string {
  const time = new Date(start + Math.floor((index / rows) * 12 * 60 * minute)).toISOString();
  // Some accounts do much more than others.
  const account = Math.floor(accounts * (((index * 7_919) % 10_007) / 10_007) ** 3);
  const row: AccessRow = {
    time,
    group_id: 'aleo',
    actor_id: `nurse-${account}`,
    patient_id: '',
    clinic_id: '750301018',
    action: 'export',
    outcome: 'success',
    event_id: createHash('md5').update(`e${index}`).digest('hex'),
    source: 'mediboard',
    received_at: time,
    record_count: 1 + (index % 3),
  };
  return `${JSON.stringify(row)}\n`;
}
