import { Command, InvalidArgumentError, Option } from 'commander';
import { instant } from '../option-values.js';

export const formats = ['table', 'json', 'ndjson'] as const;

/** The options of `vigie backtest`; times in milliseconds. */
export interface BacktestCommandOptions {
  readonly rules: string;
  readonly from: number;
  readonly to: number;
  readonly group?: string;
  readonly actor?: string;
  readonly files?: readonly string[];
  readonly baseline?: string;
  /** False incidents a week with which the rules are tried; those beside have what is in use. */
  readonly budget?: number;
  readonly quietHours?: number;
  readonly format: (typeof formats)[number];
}

const notes = `
Reads the accesses of the interval from ClickHouse (CLICKHOUSE_URL, or the embedded one), or from files, judges them with the rules of the
folder, through the engine that judges them live, and says which incidents would have been told, beside those that were (or, with files or
--baseline, beside those of the rules of another folder). An incident is the same where account and times overlap.

With --budget the rules are tried as if VIGIE_FALSE_INCIDENTS_PER_WEEK were that number; the rules beside have the one in use. So the same
folder for both says what another budget would have told, and what it would have lost:
  vigie backtest --rules rules --baseline rules --budget 4 --from 2026-01-01 --to 2026-02-01

Times are days (2026-01-01, midnight UTC) or instants (2026-01-01T06:00:00Z) of the accesses; --to itself is outside. Reading begins one
longest window and the quiet hours before --from, so that windows are full by then; incidents that end before --from are left out, and one
that goes on from before may have begun even earlier than is said.

Files hold access rows, one JSON object a line, as ClickHouse gives them, in any order, plain or packed by gzip or zstd:
  SELECT * FROM vigie.accesses WHERE time >= '2025-12-01' AND time < '2026-02-01' ORDER BY time FORMAT JSONEachRow
Lines that are no rows are counted and named. Events in Vigie's input format are none: their patients are not pseudonyms yet.

Ends with 0, with 1 when something failed, with 2 for wrong options and mistakes in rules.`;

/** `vigie backtest`, without what it does. */
export function backtestSyntax(): Command {
  return new Command('backtest')
    .description('try rules on past accesses: what would have fired, when, at how many patients')
    .requiredOption('--rules <folder>', 'the rules to try')
    .requiredOption('--from <time>', 'begin of the interval', instant)
    .requiredOption('--to <time>', 'end of the interval', instant)
    .option('--group <group_id>', 'one hospital group')
    .option('--actor <actor_id>', 'one account of that group')
    .option('--files <paths...>', 'read these files and not ClickHouse')
    .option('--baseline <folder>', 'compare with what these rules fire; with --files the rules in use (VIGIE_RULES_DIR)')
    .option('--budget <number>', 'false incidents a week that habits may make, for the rules that are tried', budgetOf)
    .option('--quiet-hours <hours>', 'time without a rule holding after which an incident closes (VIGIE_QUIET_HOURS)', hours)
    .addOption(new Option('--format <format>', 'of what is printed').choices(formats).default('table'))
    .addHelpText('after', notes);
}

function budgetOf(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1_000) || !text.trim())
    throw new InvalidArgumentError('It must be a number of false incidents a week, above 0, up to 1000.');
  return value;
}

function hours(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 720) || !text.trim()) throw new InvalidArgumentError('It must be a number of hours, up to 720.');
  return value;
}
