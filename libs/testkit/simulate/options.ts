import { Command, InvalidArgumentError, Option } from 'commander';
import type { AttackOrder } from '../hospital/attacks/attack-plans.js';
import { instantOf } from '../hospital/local-time.js';
import { patientsMax } from '../hospital/patients.js';
import { defaultSimulation } from '../hospital/simulation.js';
import type { WeekOrder } from '../hospital/weeks/weeks.js';
import { attackHelp, parseAttackOrders } from './attack-orders.js';
import { parseWeekOrders, weekHelp } from './week-orders.js';

export interface SimulateOptions {
  readonly seed: number;
  readonly start: number;
  readonly days: number;
  readonly staff: number;
  readonly establishments: number;
  readonly closed: number;
  readonly patients: number;
  readonly group: string;
  readonly attacks: readonly AttackOrder[];
  readonly migration: boolean;
  readonly massCasualtyDay: number;
  readonly weeks: readonly WeekOrder[];
  readonly limit: number;
  readonly out?: string;
  readonly truth?: string;
  readonly registers?: string;
  readonly stats: boolean;
  readonly post?: string;
  readonly token: string;
  readonly speed: number;
  readonly batch: number;
  readonly lanes: number;
}

const daysMax = 3_660;
const staffRange = [100, 200_000] as const;

/** The options of `npm run simulate`. Ends the process with a message when they are wrong, as commander does. */
export function readOptions(argv: readonly string[]): SimulateOptions {
  const command = new Command('simulate')
    .usage('[options]')
    .description(
      'Plays a hospital group: staff in their roles and shifts, services, work that reads much for a reason, and planted attacks. ' +
        'Same options, same events, on any machine.',
    )
    .option('--seed <number>', 'which hospital and which days', whole(0, 2 ** 32 - 1), defaultSimulation.seed)
    .addOption(
      new Option('--start <time>', 'first day (YYYY-MM-DD, from local midnight) or instant (2026-01-05T06:00:00Z)')
        .argParser(instant)
        .default(defaultSimulation.start, '2026-01-05'),
    )
    .option('--days <number>', 'how many days of 24 hours', whole(1, daysMax), defaultSimulation.days)
    .option('--staff <number>', 'accounts of people', whole(...staffRange), defaultSimulation.staff)
    .option('--establishments <number>', 'clinics, closed ones included', whole(2, 250), defaultSimulation.establishments)
    .option('--closed <number>', 'closed clinics among them', whole(0, 200), defaultSimulation.closed)
    .option('--patients <number>', 'population of the group', whole(10_000, patientsMax / 1_000), defaultSimulation.patients)
    .option('--group <group_id>', 'the hospital group', defaultSimulation.groupId)
    .addOption(new Option('--attacks <list>', 'what to plant, or none; see below').argParser(orders).default(['burst'], 'burst'))
    .option('--migration', 'a vendor moves one clinic a night to another product', false)
    .option(
      '--mass-casualty-day <number>',
      'day with such an evening, from 0',
      whole(0, daysMax),
      defaultSimulation.massCasualtyDay,
    )
    .addOption(new Option('--weeks <list>', 'honest weeks, or none; see below').argParser(weeks).default([], 'none'))
    .option('--limit <number>', 'end after so many events', whole(1, Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
    .option('--out <file>', 'write there; standard output when neither this nor --post is given')
    .addOption(new Option('--format <format>', 'of what is written').choices(['ndjson']).default('ndjson'))
    .option('--truth <file>', 'write what was planted, counted over the events played, as JSON')
    .option('--registers <folder>', 'write clinics.csv and the lists for VIGIE_CLINICS_FILE and VIGIE_LISTS_DIR')
    .option('--stats', 'print events and patients a day by role at the end', false)
    .addOption(
      new Option('--post <url>', 'feed a running ingestor, such as http://127.0.0.1:7410').argParser(address).conflicts('out'),
    )
    .addOption(new Option('--token <token>', 'its credential').env('VIGIE_TOKEN').default('', 'none'))
    .option('--speed <factor>', 'with --post: times real time; 0 for as fast as it is taken', factor, 0)
    .option('--batch <number>', 'with --post: events of a request at most', whole(1, 100_000), 1_000)
    .option('--lanes <number>', 'with --post: requests at once', whole(1, 64), 4)
    .addHelpText('after', `\n${attackHelp()}\n\n${weekHelp()}`);
  command.parse(argv);
  const options = command.opts<SimulateOptions>();
  if (options.closed >= options.establishments) command.error('error: --closed must leave at least one establishment open');
  if (options.post && !options.token) command.error('error: --post needs --token (or VIGIE_TOKEN), the token of a source');
  return options;
}

function whole(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > most || !text.trim())
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };
}

function factor(text: string): number {
  const value = Number(text);
  if (!(value >= 0) || !Number.isFinite(value) || !text.trim()) throw new InvalidArgumentError('It must be a number, 0 or more.');
  return value;
}

function instant(text: string): number {
  const date = /^\d{4}-\d\d-\d\d$/.test(text);
  const value = date ? Date.parse(`${text}T00:00:00Z`) : /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a date such as 2026-01-05, or an instant such as 2026-01-05T06:00:00Z.');
  return date ? instantOf(value / 86_400_000, 0) : value;
}

function address(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InvalidArgumentError('It must be an address such as http://127.0.0.1:7410.');
  return text.replace(/\/+$/, '');
}

function orders(text: string): AttackOrder[] {
  return refused(() => parseAttackOrders(text));
}

function weeks(text: string): WeekOrder[] {
  return refused(() => parseWeekOrders(text));
}

function refused<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new InvalidArgumentError(cause instanceof Error ? cause.message : String(cause));
  }
}
