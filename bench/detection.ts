/**
 * How well the rules find what is planted in the simulated hospital, and how often they are wrong: `npm run bench:detection -- --help`.
 * Everything runs in this process, through the engine itself; see docs/detection-quality.md.
 */
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { ProgressBar } from '#libs/runtime/progress-bar.js';
import { dayMs } from '#libs/testkit/hospital/local-time.js';
import { defaultSimulation, Simulation, type SimulationOptions } from '#libs/testkit/hospital/simulation.js';
import { judgeGoals } from '#libs/testkit/quality/goals.js';
import { packFor } from '#libs/testkit/quality/load-pack.js';
import { play } from '#libs/testkit/quality/play.js';
import { seedReport, summary } from '#libs/testkit/quality/report.js';
import type { Played } from '#libs/testkit/quality/verdict.js';
import { attackHelp, parseAttackOrders } from '#libs/testkit/simulate/attack-orders.js';

/** Every attack that can be planted, over the week, so that each finds accounts and services with a history. */
const allAttacks =
  'burst+day=2,human_pace+day=1,slow,spread+day=2,bulk_export+day=3,closed_clinics+day=1,stolen_service_key+day=1,own_clinic_double,' +
  'ascending_identifiers+day=4,lists_of_forty+day=2,closed_clinics_drip,forty_accounts+day=3';

interface Options {
  readonly seeds: readonly number[];
  readonly days: number;
  readonly staff: number;
  readonly patients: number;
  readonly attacks: string;
  readonly migration: boolean;
  readonly massCasualtyDay: number;
  readonly rules: string;
  readonly lists: string;
  readonly exceptions: boolean;
  readonly json?: string;
}

const options = readOptions();
console.log(
  `node ${process.version}, ${new Date().toISOString().slice(0, 10)}; rules of ${options.rules}; ` +
    (options.exceptions ? 'with exceptions, owner and end, for announced work (recall lists, migration)' : 'without exceptions'),
);
const startedAt = performance.now();
const all: Played[] = [];
let names: Parameters<typeof summary>[1] = [];
for (const seed of options.seeds) {
  const simulation = simulationOf(seed);
  const pack = await packFor(new Simulation(simulation).hospital, {
    rulesDir: options.rules,
    listsDir: options.lists,
    exceptions: options.exceptions,
    migration: options.migration,
  });
  const bar = new ProgressBar(process.stderr);
  const played = play(simulation, pack, (at) => {
    bar.show((at - simulation.start) / (simulation.days * dayMs), `seed ${seed}, ${new Date(at).toISOString().slice(0, 16)}`);
  });
  bar.end();
  names = pack.rules;
  all.push(played);
  console.log(`\n${seedReport(played, pack.rules)}`);
}
const seconds = (performance.now() - startedAt) / 1_000;
console.log(`\n${summary(all, names)}\n\n${seconds.toFixed(0)} s`);
if (options.json) writeFileSync(options.json, JSON.stringify({ played: all, goals: judgeGoals(all) }, null, 1));
process.exitCode = judgeGoals(all).every(({ met }) => met) ? 0 : 1;

function simulationOf(seed: number): SimulationOptions {
  const { days, staff, patients, attacks, migration, massCasualtyDay } = options;
  return { ...defaultSimulation, seed, days, staff, patients, attacks: parseAttackOrders(attacks), migration, massCasualtyDay };
}

function readOptions(): Options {
  const command = new Command('bench:detection')
    .description('Plays simulated hospitals with planted attacks through the engine and measures what the rules make of them.')
    .option('--seeds <list>', 'which hospitals: 1-10, or 3,5,8', seedsOf, seedsOf('1-10'))
    .option('--days <number>', 'how many days each', whole(1, 400), 7)
    .option('--staff <number>', 'accounts of people', whole(100, 200_000), defaultSimulation.staff)
    .option('--patients <number>', 'population of the group', whole(10_000, 1e9), defaultSimulation.patients)
    .option('--attacks <list>', 'what to plant, as npm run simulate has it, or none', allAttacks)
    .option('--no-migration', 'without a vendor who moves one clinic a night to another product')
    .option('--mass-casualty-day <number>', 'day with such an evening, from 0', whole(0, 400), defaultSimulation.massCasualtyDay)
    .option('--rules <folder>', 'the rules (VIGIE_RULES_DIR)', process.env['VIGIE_RULES_DIR'] ?? `${projectRoot}/rules`)
    .option(
      '--lists <folder>',
      'lists over the default ones (VIGIE_LISTS_DIR)',
      process.env['VIGIE_LISTS_DIR'] ?? defaultListsDir,
    )
    .option('--no-exceptions', 'declare none for announced work')
    .option('--json <file>', 'also write the figures there')
    .addHelpText('after', `\n${attackHelp()}\n\nEnds with 1 when a goal is missed.`);
  command.parse(process.argv);
  return command.opts<Options>();
}

function seedsOf(text: string): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [, from, to = from] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part) ?? [];
    const count = Number(to) - Number(from) + 1;
    if (!(count >= 1 && count <= 1_000)) throw new InvalidArgumentError('It must be seeds such as 1-10 or 3,5,8.');
    return Array.from({ length: count }, (_, index) => Number(from) + index);
  });
}

function whole(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > most || !text.trim())
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };
}
