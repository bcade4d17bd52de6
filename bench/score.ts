/**
 * Frames in memory to decisions on one core, with the whole default pack: at several numbers of accounts and sizes of one account, beside
 * the naive recount that defines what is right. Beside a plain `JSON.parse` and `Map` implementation over the same frames: the engine with
 * the three rules that such an implementation would have.
 */
import type { AccessRow } from '#libs/contracts/access-row.js';
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import { naiveRecount } from '#libs/detection/definition/naive-recount.js';
import { inTurns } from './against/in-turns.js';
import { packOptions } from './packs/pack.js';
import { plainDecisions } from './packs/plain-windows.js';
import { threeRules as rules, threeRulesOptions } from './packs/three-rules.js';
import { frameOf, generator, lineOf, ordinaryDay, start } from './rows/ordinary-day.js';

const pack = await packOptions();

const minute = 60_000;

console.log(
  `node ${process.version}, ${new Date().toISOString().slice(0, 10)}; rows of some 450 bytes; ${pack.rules.length} rules of the default pack; rows per second of CPU`,
);
// Compiled before anything is measured.
for (const options of [pack, threeRulesOptions])
  for (let i = 0; i < 3; i += 1) {
    const engine = new Engine(options);
    const frames = [...ordinary(1_400, 60_000)];
    frames.forEach((bytes, offset) => engine.apply({ offset, bytes }, start));
    if (options !== pack) plainDecisions(frames, rules);
  }
const against = process.env['BENCH_AGAINST'];
if (against !== undefined) {
  console.log(`beside ${process.env['BENCH_AGAINST_ID']}, in turns:`);
  await inTurns(against);
}
const flat: number[] = [];
for (const accounts of [1_000, 1_400, 10_000, 100_000, 1_000_000])
  flat.push(measure(`${accounts} accounts`, pack, () => ordinary(accounts, 1_500_000)));
console.log(`  from 1,000 to 1,000,000 accounts: ${(Math.min(...flat) / Math.max(...flat)).toFixed(2)} of the fastest`);
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
console.log(
  `  from 100 to 750,000 patients of one account: ${(Math.min(...held) / Math.max(...held)).toFixed(2)} of the fastest`,
);
for (const patients of [75_000, 750_000])
  measure(`one account whose ${patients} patients come in four lanes, each 1,000 rows behind`, pack, () => inLanes(patients));
besideNaive(20_000);
besidePlain(1_400);
besidePlain(100_000);

function measure(
  name: string,
  options: EngineOptions,
  frames: () => Iterable<Buffer>,
  warm: () => Iterable<Buffer> = () => [],
): number {
  const batch = [...frames()];
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
  console.log(`${name}: ${(rate / 1e6).toFixed(2)} M rows/s, ${told} changes told`);
  return rate;
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
  console.log(`  the naive recount: ${(naive / 1e6).toFixed(4)} M rows/s: ratio ${(rate / naive).toFixed(0)}`);
}

function besidePlain(accounts: number): void {
  const frames = [...ordinary(accounts, 1_200_000)];
  const rate = measure(`${accounts} accounts, three rules`, threeRulesOptions, () => frames);
  const before = process.cpuUsage();
  plainDecisions(frames, rules);
  const plain = 1_200_000 / seconds(before);
  console.log(`  plain JSON.parse and Map: ${(plain / 1e6).toFixed(3)} M rows/s: ratio ${(rate / plain).toFixed(1)}`);
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
