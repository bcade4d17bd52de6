/**
 * How well the rules find what is planted in the simulated hospital, and how often they are wrong: `npm run bench:detection -- --help`.
 * Everything runs in this process, through the engine itself; see docs/detection-quality.md.
 */
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import type { AccountDay } from '#libs/habits/seams.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { ProgressBar } from '#libs/runtime/progress-bar.js';
import { dayMs } from '#libs/testkit/hospital/local-time.js';
import { defaultSimulation, Simulation, type SimulationOptions } from '#libs/testkit/hospital/simulation.js';
import { budgetPlot } from '#libs/testkit/quality/budget-plot.js';
import { type GoalMet, judgeGoals, judgeLearnedGoals } from '#libs/testkit/quality/goals.js';
import { markdownReport } from '#libs/testkit/quality/markdown-report.js';
import { attacksJustBelow, type JustBelow, justBelowTable } from '#libs/testkit/quality/just-below.js';
import { listsOf, packFor, packWith } from '#libs/testkit/quality/load-pack.js';
import { hospitalTraffic, playTraffic, type RulesForPlay } from '#libs/testkit/quality/play.js';
import { type PoorFeedName, poorFeeds, throughFeeds } from '#libs/testkit/quality/poor-feeds.js';
import { seedReport, summary } from '#libs/testkit/quality/report.js';
import { staysBelow, type StaysBelow, staysBelowTable } from '#libs/testkit/quality/stays-below.js';
import type { Played } from '#libs/testkit/quality/verdict.js';
import { attackHelp, parseAttackOrders } from '#libs/testkit/simulate/attack-orders.js';
import { parseWeekOrders, weekHelp } from '#libs/testkit/simulate/week-orders.js';
import { territoryTraffic } from '#libs/testkit/territory/territory-traffic.js';
import { wardTraffic } from '#libs/testkit/wards/ward-traffic.js';
import { report } from './yardstick/report.js';

/** Sets of attacks, in the second week and so with accounts and services that have a past; what rises slowly begins in the first. */
const sets = {
  known:
    'burst+day=9,human_pace+day=8,slow+day=7,spread+day=9,bulk_export+day=10,closed_clinics+day=8,stolen_service_key+day=8,own_clinic_double+day=7,' +
    'ascending_identifiers+day=11,lists_of_forty+day=9,closed_clinics_drip+day=7,forty_accounts+day=10',
  // By people who know how Vigie judges.
  knowing:
    'sixty_in_order+day=5,sixty_shuffled+day=4,forty_inside+day=10,below_floors+day=5,below_floors_own+day=5,raised_habit+day=1,raised_habit_in_care+day=1,' +
    'linker_and_reader+day=8,six_link_for_one+day=7,behind_the_glass+day=7,newcomer+day=7,lists_only+day=7,service_at_its_pace+day=10,closed_every_few_days+day=2,' +
    'in_care_everywhere+day=6,in_care_own_clinic+day=6',
};
const attackSets: Readonly<Record<string, string>> = { ...sets, all: `${sets.known},${sets.knowing}` };
/** Of every rule the attack that stays just below it, for two weeks from the second on: made of the rules that are played. */
const justBelow = 'just-below';
/** Of whom it is asked how long they stay below; how many of each, from which day on. */
const strangersRead = { roles: ['nurse', 'physician', 'secretary'], accounts: 12, from: 7 } as const;
/** From so many days on the goals are those of what is learned. */
const learnedDays = 10;

interface Options {
  readonly traffic: 'hospital' | 'wards' | 'territory';
  readonly seeds: readonly number[];
  readonly feed: readonly PoorFeedName[];
  readonly days: number;
  readonly staff: number;
  readonly patients: number;
  readonly attacks: string;
  readonly weeks: string;
  readonly migration: boolean;
  readonly massCasualtyDay: number;
  readonly rules: string;
  readonly lists: string;
  readonly exceptions: boolean;
  readonly budgets: readonly number[];
  readonly staysBelow: readonly number[];
  readonly without: readonly string[];
  readonly json?: string;
  readonly plot?: string;
  readonly report?: string;
}

const options = readOptions();
report.note(
  `rules of ${options.rules}; ` +
    (options.exceptions
      ? 'with exceptions, owner and end, for announced work (recall lists, migration, merger)'
      : 'without exceptions') +
    (options.feed.length ? `; feed ${options.feed.join(', ')}` : '') +
    (options.without.length ? `; without ${options.without.join(', ')}` : ''),
);
const byBudget = new Map<number, readonly Played[]>();
let goals: readonly GoalMet[] = [];
let markdown = '';
for (const budget of options.budgets) {
  const { played, rules, below, stays } = await playAll(budget);
  byBudget.set(budget, played);
  goals = options.days < learnedDays ? judgeGoals(played) : judgeLearnedGoals(played);
  const belowTable =
    (below.length ? `${justBelowTable(played, below, rules)}\n` : '') + (stays.length ? `${staysBelowTable(stays)}\n` : '');
  markdown += `${markdownReport(played, rules)}\n${belowTable}`;
  report.note(`\nat a budget of ${budget} false incidents a week: ${summary(played, rules, goals)}\n${belowTable}`);
}
if (options.json)
  writeFileSync(
    options.json,
    JSON.stringify(
      [...byBudget].map(([budget, played]) => ({ budget, played })),
      null,
      1,
    ),
  );
if (options.report) writeFileSync(options.report, markdown);
if (options.plot) writeFileSync(options.plot, budgetPlot(byBudget));
process.exitCode = goals.every(({ met }) => met) ? 0 : 1;

interface PlayedAll {
  readonly played: readonly Played[];
  readonly rules: RulesForPlay['rules'];
  readonly below: readonly JustBelow[];
  readonly stays: readonly StaysBelow[];
}

async function playAll(budget: number): Promise<PlayedAll> {
  const played: Played[] = [];
  const stays: StaysBelow[] = [];
  let rules: RulesForPlay['rules'] = [];
  let below: readonly JustBelow[] = [];
  for (const seed of options.seeds) {
    if (options.traffic !== 'hospital') {
      const { one, pack } = await playOther(options.traffic, seed, budget);
      ({ rules } = pack);
      played.push(one);
      report.note(`\n${seedReport(one, rules)}`);
      continue;
    }
    const planned = simulationOf(seed);
    const pack = await packFor(new Simulation({ ...planned, attacks: [] }).hospital, {
      rulesDir: options.rules,
      listsDir: options.lists,
      exceptions: options.exceptions,
      migration: options.migration,
      weeks: planned.weeks ?? [],
      without: options.without,
    });
    if (options.attacks === justBelow) below = attacksJustBelow(pack.rules);
    const simulation = below.length ? { ...planned, attacks: below.map(({ order }) => order) } : planned;
    const bar = new ProgressBar(process.stderr);
    const days: AccountDay[] = [];
    const one = playTraffic(
      throughFeeds(hospitalTraffic(simulation), options.feed),
      { ...pack, budget, onDay: (day) => days.push(day) },
      (at) => {
        bar.show((at - simulation.start) / (simulation.days * dayMs), `seed ${seed}, ${new Date(at).toISOString().slice(0, 16)}`);
      },
    );
    bar.end();
    ({ rules } = pack);
    played.push(one);
    report.note(`\n${seedReport(one, pack.rules)}`);
    if (options.staysBelow.length)
      stays.push(...staysBelow({ ...strangersRead, days, rules, falseIncidentsPerWeek: budget, perDay: options.staysBelow }));
  }
  return { played, rules, below, stays };
}

/** Another group, whose attacks are its own: all of them, or none. */
async function playOther(
  name: 'wards' | 'territory',
  seed: number,
  budget: number,
): Promise<{ readonly one: Played; readonly pack: RulesForPlay }> {
  const { days, staff, exceptions } = options;
  const order = { seed, days, staff, attacks: options.attacks !== 'none' };
  const traffic = name === 'wards' ? { ...wardTraffic(order), announced: [] } : territoryTraffic(order);
  const pack = await packWith(
    { rulesDir: options.rules, listsDir: options.lists, without: options.without },
    listsOf(traffic.serviceAccounts, traffic.closedClinics),
    exceptions ? traffic.announced : [],
  );
  const bar = new ProgressBar(process.stderr);
  const one = playTraffic(throughFeeds(traffic, options.feed), { ...pack, budget }, (at) => {
    bar.show((at - traffic.startMs) / (days * dayMs), `${name} ${seed}, ${new Date(at).toISOString().slice(0, 16)}`);
  });
  bar.end();
  return { one, pack };
}

function simulationOf(seed: number): SimulationOptions {
  const { days, staff, patients, attacks, migration, massCasualtyDay } = options;
  const weeks = parseWeekOrders(options.weeks);
  const orders = attacks === justBelow || options.staysBelow.length ? [] : parseAttackOrders(attackSets[attacks] ?? attacks);
  return {
    ...defaultSimulation,
    seed,
    days,
    staff,
    patients,
    attacks: orders,
    migration,
    massCasualtyDay,
    ...(weeks.length > 0 && { weeks }),
  };
}

function readOptions(): Options {
  const command = new Command('bench:detection')
    .description('Plays simulated hospitals with planted attacks through the engine and measures what the rules make of them.')
    .addOption(
      new Option('--traffic <group>', 'whose: the simulated hospital, or a group of wards or a territory by other assumptions')
        .choices(['hospital', 'wards', 'territory'])
        .default('hospital'),
    )
    .option('--seeds <list>', 'which hospitals: 1-10, or 3,5,8', seedsOf, seedsOf('1-10'))
    .option('--feed <list>', 'what tells less than the simulation does, one after the other: no-roles,no-sessions', feedsOf, [])
    .option('--days <number>', 'how many days each', whole(1, 400), 14)
    .option('--staff <number>', 'accounts of people', whole(100, 200_000), defaultSimulation.staff)
    .option('--patients <number>', 'population of the group', whole(10_000, 1e9), defaultSimulation.patients)
    .option(
      '--attacks <list>',
      `what to plant: ${[...Object.keys(attackSets), justBelow].join(' or ')}, a list as npm run simulate has it, or none`,
      'known',
    )
    .option('--weeks <list>', 'honest weeks, as npm run simulate has them, or none', 'none')
    .option('--no-migration', 'without a vendor who moves one clinic a night to another product')
    .option('--mass-casualty-day <number>', 'day with such an evening, from 0', whole(0, 400), defaultSimulation.massCasualtyDay)
    .option('--rules <folder>', 'the rules (VIGIE_RULES_DIR)', process.env['VIGIE_RULES_DIR'] ?? `${projectRoot}/rules`)
    .option(
      '--lists <folder>',
      'lists over the default ones (VIGIE_LISTS_DIR)',
      process.env['VIGIE_LISTS_DIR'] ?? defaultListsDir,
    )
    .option('--no-exceptions', 'declare none for announced work')
    .option('--budgets <list>', 'false incidents a week that what is learned may make, one run each: 0.2,1,8', budgetsOf, [1])
    .option(
      '--stays-below <list>',
      'instead of attacks: for how long accounts stay below that read so many strangers more a day: 6,12,18',
      numbersOf,
      [],
    )
    .option('--without <list>', 'ids or titles of rules that are left out, between semicolons', titlesOf, [])
    .option('--json <file>', 'also write the figures there')
    .option('--report <file>', 'also write what every attack had and every rule found and cost there, as tables in Markdown')
    .option('--plot <file>', 'also draw what the budgets told, as SVG')
    .addHelpText('after', `\n${feedHelp()}\n\n${attackHelp()}\n\n${weekHelp()}\n\nEnds with 1 when a goal is missed.`);
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

function feedsOf(text: string): readonly PoorFeedName[] {
  return text.split(',').map((part) => {
    const name = Object.keys(poorFeeds).find((one): one is PoorFeedName => one === part.trim());
    if (!name) throw new InvalidArgumentError(`It must be some of ${Object.keys(poorFeeds).join(', ')}.`);
    return name;
  });
}

function feedHelp(): string {
  const lines = Object.entries(poorFeeds).map(([name, { says }]) => `  ${name.padEnd(20)} ${says}`);
  return `Feeds:\n${lines.join('\n')}`;
}

function numbersOf(text: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 1 && number <= 1_000))
    throw new InvalidArgumentError('It must be whole numbers from 1 to 1000 such as 6,12,18.');
  return numbers;
}

function budgetsOf(text: string): readonly number[] {
  const budgets = text.split(',').map(Number);
  if (!budgets.every((budget) => budget > 0 && budget <= 1_000))
    throw new InvalidArgumentError('It must be numbers such as 0.2,1,8.');
  return budgets;
}

function titlesOf(text: string): readonly string[] {
  return text.split(';').map((title) => title.trim());
}

function whole(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > most || !text.trim())
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };
}
