/**
 * Frames in memory to decisions, three rules, one core: the engine beside a plain `JSON.parse` and `Map` implementation over the same
 * frames, at several numbers of accounts and sizes of one account.
 */
import { createHash } from 'node:crypto';
import { Engine } from '#libs/detection/engine.js';
import { plainDecisions } from './lib-plain-windows.js';
import { threeRules as rules, threeRulesOptions as options } from './lib-three-rules.js';

const minute = 60_000;
const day = 24 * 60 * minute;
const start = Date.parse('2026-03-02T00:00:00Z');

console.log(
  `node ${process.version}, ${new Date().toISOString().slice(0, 10)}; rows of some 450 bytes, three rules; rows per second of CPU`,
);
// Compiled before anything is measured.
for (let i = 0; i < 3; i += 1) {
  const engine = new Engine(options);
  const frames = [...ordinary(1_400, 60_000)];
  frames.forEach((bytes, offset) => engine.apply({ offset, bytes }, start));
  plainDecisions(frames, rules);
}
for (const accounts of [1_000, 1_400, 100_000, 1_000_000])
  compare(`${accounts} accounts`, () => ordinary(accounts, 1_200_000), accounts === 1_400 || accounts === 100_000);
for (const patients of [100, 750_000])
  compare(
    `one account with ${patients} patients among 1,400`,
    () => withAttacker(patients, 300_000),
    false,
    () => attackOnly(patients),
  );

for (const patients of [75_000, 750_000])
  compare(`one account whose ${patients} patients come in four lanes, each 1,000 rows behind`, () => inLanes(patients), false);

function compare(
  name: string,
  frames: () => Iterable<Buffer>,
  withPlain: boolean,
  warm: () => Iterable<Buffer> = () => [],
): void {
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
  let line = `${name}: ${(rate / 1e6).toFixed(2)} M rows/s, ${told} changes told`;
  if (withPlain) {
    const beforePlain = process.cpuUsage();
    const fired = plainDecisions(batch, rules);
    const plain = rows / seconds(beforePlain);
    line += `; plain ${(plain / 1e6).toFixed(3)} M rows/s (${fired} accounts fired): ratio ${(rate / plain).toFixed(1)}`;
  }
  console.log(line);
}

function seconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** A day of accounts with some 25 patients each, many of them seen again, in time order, and one attacker at half past the day. */
function* ordinary(accounts: number, rows: number): Iterable<Buffer> {
  const random = generator(7);
  const lines: string[] = [];
  for (let i = 0; i < rows; i += 1) {
    const time = start + Math.floor((i / rows) * day);
    const attack = i > rows / 2 && i < rows / 2 + 20_000 && i % 10 === 0;
    const account = attack ? 'attacker' : `nurse-${Math.floor(random() * accounts)}`;
    const patient = attack ? `attacked-${i}` : `${account}-${Math.floor(random() * 25)}`;
    lines.push(lineOf(time, account, patient, attack ? (i / 10) % 5 : account.length % 17, i));
    if (lines.length === 600) yield frameOf(lines);
  }
  if (lines.length) yield frameOf(lines);
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

function frameOf(lines: string[]): Buffer {
  return Buffer.from(lines.splice(0).join(''));
}

function hexOf(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function lineOf(time: number, account: string, patient: string, clinic: number, index: number): string {
  const iso = new Date(time).toISOString();
  return `${JSON.stringify({
    time: iso, group_id: 'aleo', actor_id: account, patient_id: hexOf(patient), clinic_id: `75030${1000 + clinic}`, action: 'read',
    outcome: 'success', event_id: hexOf(`e${index}`), source: 'mediboard', received_at: iso, actor_role: 'nurse', actor_kind: 'human',
    categories: ['identity', 'notes'], source_ip: '10.4.2.17', session_id: `s-${index % 1000}`, application: 'mediboard', key_id: 'k1',
  })}\n`; // prettier-ignore
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
