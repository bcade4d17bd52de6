import type { BacktestIncident, BacktestResult, SuppressedIncident } from '#libs/detection/history/backtest.js';
import { type ComparedIncident, firstFired } from '#libs/detection/history/compare-incidents.js';
import { firedAt } from '#libs/detection/history/history-judge.js';
import { subjectName } from '#libs/contracts/incident.js';
import { isoOf } from '#libs/runtime/clock.js';
import { count, durationText } from './rate-progress.js';
import { alignedRows } from '../table.js';

const headings = ['', 'fired at (UTC)', 'account', 'at firing', 'in the end', 'clinics', 'lasted', 'found', 'level'] as const;
/** Columns of figures stand to the right. */
const figures = new Set([3, 4, 5]);

type Cells = readonly string[];
/** A row of the table, and lines of prose below it. */
interface Entry {
  readonly cells: Cells;
  readonly below: readonly string[];
}

/** What a backtest found, and of what. Times in milliseconds. */
export interface BacktestReport {
  readonly result: BacktestResult;
  readonly rulesFolder: string;
  readonly rules: number;
  /** Folder of the rules that were judged beside; empty where what was told stands beside. */
  readonly baseline: string;
  /** False incidents a week that habits may make, of the rules that are tried and in use; undefined where none of the tried asks for habits. */
  readonly budgets: { readonly tried: number; readonly present: number } | undefined;
  readonly source: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly readFromMs: number;
  readonly rows: number;
  readonly badLines: number;
  readonly seconds: number;
}

/** The report for people, as text. */
export function tableOf(report: BacktestReport): string {
  const { comparison, suppressed, undecided } = report.result;
  const entries = [
    ...comparison.incidents.flatMap((one) => entriesOf(one, report)),
    ...suppressed.map((one) => suppressedEntry(one, report)),
  ];
  return `${[...headOf(report), '', ...linesOf(entries), '', footOf(report), ...undecided.map(undecidedLine)].join('\n')}\n`;
}

function headOf(report: BacktestReport): readonly string[] {
  const { rulesFolder, rules, baseline, budgets, source, fromMs, toMs, readFromMs, rows, seconds, badLines } = report;
  return [
    `${rules} rules of ${rulesFolder}, ${minuteOf(fromMs)} to ${minuteOf(toMs)} UTC`,
    ...(budgets && budgets.tried !== budgets.present
      ? [`  with a budget of ${budgets.tried} false incidents a week; in use is ${budgets.present}`]
      : []),
    `  beside ${baseline ? `what the rules of ${baseline} fire` : 'what was told'}`,
    `  ${count(rows)} rows of ${source}, from ${minuteOf(readFromMs)} on, so that windows are full, in ${seconds.toFixed(1)} s (${count(rows / Math.max(seconds, 0.001))}/s)`,
    ...(badLines > 0 ? [`  ${count(badLines)} lines could not be used`] : []),
  ];
}

function footOf({ result: { comparison, suppressed }, baseline }: BacktestReport): string {
  const beside = baseline ? 'the rules beside' : 'what was told';
  const { same, earlier, later } = comparison;
  const moved =
    same > 0 ? ` (${count(earlier)} earlier, ${count(later)} later, ${count(same - earlier - later)} at the same access)` : '';
  const held = suppressed.length > 0 ? `, ${count(suppressed.length)} kept back by exceptions` : '';
  return `${count(comparison.new)} new, ${count(comparison.gone)} gone, ${count(same)} the same as ${beside}${moved}${held}`;
}

function undecidedLine({ title, subjects, until }: BacktestResult['undecided'][number]): string {
  const matches = `${count(subjects)} ${subjects === 1 ? 'match is' : 'matches are'}`;
  return `${matches} not decided at the end of the interval: ${title} waits for what follows, until ${until.slice(0, 19).replace('T', ' ')}; give a later --to`;
}

function entriesOf(compared: ComparedIncident, report: BacktestReport): readonly Entry[] {
  const { kind, tried, present } = compared;
  if (kind === 'gone') return present.map((one) => entryOf('gone', one, report, []));
  return tried.map((one, index) => entryOf(kind, one, report, index === 0 && kind === 'same' ? [besideOf(compared)] : []));
}

function entryOf(kind: string, incident: BacktestIncident, report: BacktestReport, below: readonly string[]): Entry {
  const { group_id, patients, patients_at_firing, clinics, first_time, last_time, found, late_seconds, level } = incident;
  const lasted = (Date.parse(last_time) - Date.parse(first_time)) / 1000;
  const cells = [
    kind,
    secondOf(firedAt(incident)),
    `${group_id}/${subjectName(incident)}`,
    count(patients_at_firing),
    count(patients),
    count(clinics.length),
    `${durationText(lasted)}${Date.parse(last_time) >= report.toMs ? ' and on' : ''}`,
    found === 'late' ? `${durationText(late_seconds)} late` : 'live',
    level,
  ];
  return { cells, below: [...ruleLines(incident), ...below] };
}

function suppressedEntry(incident: SuppressedIncident, report: BacktestReport): Entry {
  return entryOf('kept back', incident, report, [`by the exception ${incident.suppressed_by.join(', ')}`]);
}

function ruleLines({ rule_matches, clinics }: BacktestIncident): readonly string[] {
  const rules = rule_matches.map(({ title, value, threshold, spread, spread_threshold, timespan_seconds, first_fired }) => {
    const also = spread_threshold > 0 ? `, spread ${count(spread)} of ${count(spread_threshold)}` : '';
    return `${title}: ${count(value)} of ${count(threshold)}${also} in ${durationText(timespan_seconds)}, ${secondOf(Date.parse(first_fired)).slice(5)}`;
  });
  return [...rules, clinicsLine(clinics)];
}

/** Clinics that are named; of more the number says enough. */
const clinicsNamed = 8;

function clinicsLine(clinics: readonly string[]): string {
  const more = clinics.length - clinicsNamed;
  return `clinics ${clinics.slice(0, clinicsNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What stood beside, in words. */
function besideOf({ present, tried, earlier_seconds, more_patients }: ComparedIncident): string {
  const at = secondOf(firstFired({ tried: [], present })).slice(5);
  const moved =
    earlier_seconds === 0
      ? 'at the same access'
      : `at ${at}, this is ${durationText(earlier_seconds)} ${earlier_seconds > 0 ? 'earlier' : 'later'}`;
  const first = present[0]?.patients_at_firing ?? 0;
  const figure =
    more_patients === 0
      ? 'as many in the end'
      : `${count(Math.abs(more_patients))} ${more_patients > 0 ? 'fewer' : 'more'} in the end`;
  const several = present.length === tried.length ? '' : `, as ${count(present.length)} incidents for ${count(tried.length)}`;
  return `beside: fired ${moved}, at ${count(first)} patients, ${figure}${several}`;
}

/** Columns as wide as they must be, prose indented below. */
function linesOf(entries: readonly Entry[]): readonly string[] {
  if (entries.length === 0) return ['nothing fires in this interval, here or beside'];
  const rows: readonly Cells[] = [headings, ...entries.map(({ cells }) => cells)];
  const [first = '', ...lines] = alignedRows(rows, figures);
  const indent = ' '.repeat(Math.max(...rows.map(([name = '']) => name.length)) + 4);
  return [first, ...entries.flatMap(({ below }, at) => [lines[at] ?? '', ...below.map((line) => `${indent}${line}`)])];
}

function secondOf(ms: number): string {
  return isoOf(ms).slice(0, 19).replace('T', ' ');
}

function minuteOf(ms: number): string {
  return isoOf(ms).slice(0, 16).replace('T', ' ');
}
