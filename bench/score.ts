/**
 * Frames in memory to decisions on one core. The engine with three rules over 1,400 and over 100,000 accounts, beside plain programs of the same work over the
 * same rows: `JSON.parse` alone, `JSON.parse` and Maps, and a small C program, whose matches must be the engine's. Then the whole default pack at
 * several numbers of accounts and sizes of one account, beside the naive recount that defines what is right.
 */
import type { AccessRow } from '#libs/contracts/access-row.js';
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import { naiveRecount } from '#libs/detection/definition/naive-recount.js';
import { inTurns } from './against/in-turns.js';
import { packOptions } from './packs/pack.js';
import { plainDecisions } from './packs/plain-windows.js';
import { threeRules as rules, threeRulesOptions } from './packs/three-rules.js';
import { exactWindows, matchesOf } from './yardstick/c-program.js';
import { besidePlain, plainMicros } from './yardstick/plain.js';
import { report } from './yardstick/report.js';
import { generator } from './rows/generator.js';
import { frameOf, lineOf, ordinaryDay, start } from './rows/ordinary-day.js';

const pack = await packOptions();

const minute = 60_000;

report.note(`rows of some 450 bytes; ${pack.rules.length} rules of the default pack; rates by processor time`);
// Compiled before anything is measured.
for (const options of [pack, threeRulesOptions])
  for (let i = 0; i < 3; i += 1) {
    const engine = new Engine(options);
    const frames = [...ordinary(1_400, 60_000)];
    frames.forEach((bytes, offset) => engine.apply({ offset, bytes }, start));
    if (options !== pack) plainDecisions(frames, rules);
  }
for (let i = 0; i < 3; i += 1) {
  const engine = new Engine(pack);
  [...inLanes(20_000)].forEach((bytes, offset) => engine.apply({ offset, bytes }, start));
}
const against = process.env['BENCH_AGAINST'];
if (against !== undefined) {
  report.note(`beside ${process.env['BENCH_AGAINST_ID']}, in turns:`);
  await inTurns(against);
}
for (const accounts of [1_400, 100_000]) besidePlainPrograms(accounts);
const flat: number[] = [];
for (const accounts of [1_000, 1_400, 10_000, 100_000, 1_000_000])
  flat.push(measure(`${accounts} accounts`, pack, () => ordinary(accounts, 1_500_000)));
report.ratio('from 1,000 to 1,000,000 accounts, the slowest', Math.min(...flat) / Math.max(...flat), 'the fastest');
const held: number[] = [];
for (const patients of [100, 10_000, 750_000])
  held.push(
    measure(
      `one account with ${patients} patients among 1,400`,
      pack,
      () => withAttacker(patients, 600_000),
      () => attackOnly(patients),
    ),
  );
report.ratio('from 100 to 750,000 patients of one account, the slowest', Math.min(...held) / Math.max(...held), 'the fastest', {
  atLeast: 0.5,
});
for (const patients of [75_000, 750_000]) {
  const name = `one account whose ${patients} patients come in four lanes, each 1,000 rows behind`;
  report.ratio(name, middleRate(name, pack, [...inLanes(patients)]) / (flat[1] ?? Number.NaN), 'the rate of 1,400 accounts', {
    atLeast: 0.5,
  });
}
besideNaive(20_000);

function measure(
  name: string,
  options: EngineOptions,
  frames: () => Iterable<Buffer>,
  warm: () => Iterable<Buffer> = () => [],
): number {
  const batch = [...frames()];
  // What the case before left is not this one's work.
  globalThis.gc?.();
  const engine = new Engine(options);
  let offset = 0;
  for (const bytes of warm()) engine.apply({ offset: offset++, bytes }, start);
  engine.takeChanges({ includeUpdates: true });
  const before = process.cpuUsage();
  let rows = 0;
  let told = 0;
  for (const bytes of batch) {
    rows += engine.apply({ offset: offset++, bytes }, start).rows;
    told += engine.takeChanges({ includeUpdates: false }).length;
  }
  const rate = rows / seconds(before);
  report.figure(`${name}, ${told} changes told`, rate, 'rows/s');
  return rate;
}

/**
 * The middle one of three runs. In the first of few rows V8 still compiles for rows of their kind, on threads whose time counts too: with 75,000 late ones that
 * is half as much again as to judge them, and more.
 */
function middleRate(name: string, options: EngineOptions, frames: readonly Buffer[]): number {
  const rates = [1, 2, 3].map(() => measure(name, options, () => frames)).toSorted((a, b) => a - b);
  return rates[1] ?? Number.NaN;
}

/** The recount judges every anchor of every rule from nothing, so it is given little. */
function besideNaive(rows: number): void {
  const frames = [...ordinary(1_400, rows)];
  const rate = measure(`${rows} rows of 1,400 accounts`, pack, () => frames);
  const parsed = frames
    .flatMap((bytes) => bytes.toString().split('\n').filter(Boolean))
    .map((line): AccessRow => JSON.parse(line));
  const before = process.cpuUsage();
  naiveRecount(parsed, pack.rules, pack.quietMs);
  const naive = rows / seconds(before);
  report.ratio(`${rows} rows of 1,400 accounts`, rate / naive, 'the rate of the naive recount');
}

/**
 * Three rules over a day with attackers, and programs that know the rows in advance over the same bytes.
 */
function besidePlainPrograms(accounts: number): void {
  const name = `${accounts} accounts, three rules`;
  const frames = [...ordinaryDay({ accounts, rows: 1_200_000, attackers: 40 })];
  const micros = 1e6 / middleRate(name, threeRulesOptions, frames);
  const plain = plainMicros(frames);
  besidePlain(name, micros, plain, { windows: { atLeast: 10 } });
  const exact = exactWindows(frames, rules);
  if (typeof exact === 'string') return report.note(`the C program is left out: ${exact}`);
  report.figure(`${name}, the C program`, (exact.rows * 1e6) / exact.micros, 'rows/s');
  report.ratio(name, exact.micros / exact.rows / micros, 'the rate of a C program that knows the rows');
  const found = matchesOf(frames, threeRulesOptions);
  report.verdict(
    `${name}: ${found.matches} windows of accounts held, in the C program ${exact.matches}, first at the same times`,
    found.matches === exact.matches && found.firstTimes === exact.firstTimes && found.rows === exact.rows,
  );
}

function seconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function ordinary(accounts: number, rows: number): Iterable<Buffer> {
  return ordinaryDay({ accounts, rows });
}

/** The attacker has already read; this is ordinary traffic with one row in twenty of the attacker's. */
function* withAttacker(patients: number, rows: number): Iterable<Buffer> {
  const random = generator(11);
  const lines: string[] = [];
  for (let i = 0; i < rows; i += 1) {
    const attack = i % 20 === 0;
    const account = attack ? 'attacker' : `nurse-${Math.floor(random() * 1_400)}`;
    const patient = attack ? `attacked-${Math.floor(random() * patients)}` : `${account}-${Math.floor(random() * 25)}`;
    lines.push(
      lineOf(start + Math.floor((i / rows) * 60 * minute) + 12 * 60 * minute, account, patient, attack ? (i / 20) % 5 : 1, i),
    );
    if (lines.length === 600) yield frameOf(lines);
  }
  if (lines.length) yield frameOf(lines);
}

/** Nothing but one account, its frames in four interleaved lanes, each 1,000 rows behind the one before. */
function* inLanes(patients: number): Iterable<Buffer> {
  const lanes: [string[], string[], string[], string[]] = [[], [], [], []];
  for (let i = 0; i < patients + 3_000; i += 1)
    for (const [lane, lines] of lanes.entries()) {
      const index = i - lane * 1_000;
      if (index < 0 || index >= patients || index % 4 !== lane) continue;
      lines.push(
        lineOf(start + Math.floor((index / patients) * 12 * 60 * minute), 'attacker', `attacked-${index}`, index % 5, index),
      );
      if (lines.length === 250) yield frameOf(lines);
    }
  for (const lines of lanes) yield frameOf(lines);
}

function* attackOnly(patients: number): Iterable<Buffer> {
  const lines: string[] = [];
  for (let i = 0; i < patients; i += 1) {
    lines.push(lineOf(start + Math.floor((i / patients) * 12 * 60 * minute), 'attacker', `attacked-${i}`, i % 5, i));
    if (lines.length === 600) yield frameOf(lines);
  }
  if (lines.length) yield frameOf(lines);
}
