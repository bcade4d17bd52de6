/**
 * What rules that ask for habits cost: the fixed rules of the default pack with nine of them beside the fixed rules alone, and beside the same nine as fixed
 * rules, over the same frames, the engines alternately in one run: the model behind them is a stand-in that answers at once, so this is the price of counting. And the
 * whole pack with its own, by a model that has learned two weeks of these accounts; one in 25 accesses is outside care.
 */
import type { Habits } from '#libs/habits/seams.js';
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import type { Match } from '#libs/detection/rules/match/match.js';
import { and, test } from '#libs/detection/rules/match/match.js';
import { selectionOf } from '#libs/detection/rules/match/selection.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { fixedRulesOf, learnedHabits } from './packs/learned-habits.js';
import { packOptions } from './packs/pack.js';
import { firstOfTwoDays, rowOfTwoDays, twoDays } from './rows/two-days.js';
import { report } from './yardstick/report.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const rows = Number(process.env['BENCH_ROWS'] ?? 400_000);

const read = test({ kind: 'glob', field: 'action', parts: [{ literal: 'read' }], cased: false });
const patient = test({ kind: 'present', field: 'patient_id' });
const outside = test({ kind: 'truth', field: 'emergency', value: true });
const elsewhere = test({ kind: 'glob', field: 'clinic_id', parts: [{ literal: '750301016' }], cased: false });
const all: Match = and([read, patient]);
const unlinked: Match = and([read, patient, outside]);
const visited: Match = and([read, patient, outside, elsewhere]);

/** Counts as `docs/rules.md` describes them, none of which is ever reached. */
const counted: readonly (readonly [id: string, of: Match, timespanMs: number, floor: number])[] = [
  ['unlinked 10m', unlinked, 10 * minute, 8], ['unlinked 1h', unlinked, hour, 12], ['unlinked 24h', unlinked, day, 20],
  ['unlinked 72h', unlinked, 3 * day, 60], ['elsewhere 1h', visited, hour, 20], ['elsewhere 24h', visited, day, 25],
  ['all 10m', all, 10 * minute, 30], ['all 1h', all, hour, 40], ['all 24h', all, day, 60],
]; // prettier-ignore
const habits: Habits = {
  dayOf: (_, time) => Math.floor(time / day),
  startOf: (_, number) => number * day,
  least: ({ floor }) => floor * 4,
  evidence: (_, __, ___, most) => Object.values(most).reduce((sum, count) => sum + count, 0) / 2_000,
};
const usual = counted.map(([id, of, timespanMs, atLeast]): Rule => ({
  ...aRule({ id, title: id, selection: selectionOf(of), timespanMs, atLeast }),
  habit: { weight: 0.1, scale: 'volume' },
}));
const days: Rule = {
  ...aRule({ id: 'days', title: 'days', selection: selectionOf(unlinked), timespanMs: day }),
  habitDays: true,
};

const pack = await packOptions();
const plainRules = counted.map(([id, of, timespanMs, floor]) =>
  aRule({ id, title: id, selection: selectionOf(of), timespanMs, atLeast: floor * 40 }),
);
/** Without a model the pack's own habit rules never hold and cost next to nothing; with one each has its days, so they are left out of what is compared. */
const fixed = fixedRulesOf(pack.rules);
const without: EngineOptions = { ...pack, rules: fixed };
const plain: EngineOptions = { ...pack, rules: [...fixed, ...plainRules] };
const withHabits: EngineOptions = { ...pack, rules: [...fixed, ...usual, days], habits };

report.note(
  `${fixed.length} fixed rules of the default pack; ${usual.length + 1} rules that ask for habits; the pack has ${pack.rules.length - fixed.length} of its own`,
);
for (const accounts of [1_400, 20_000])
  beside(`${accounts} accounts over two days`, learnedHabits(pack.rules, accounts), () => ordinary(accounts));
beside('one account that reads without end', learnedHabits(pack.rules, 1_400), () => attack());

function beside(name: string, model: Habits, frames: () => Iterable<Buffer>): void {
  const whole: EngineOptions = { ...pack, habits: model };
  const batch = [...frames()];
  const ratios: { plain: number; habits: number; whole: number; bytes: number; wholeBytes: number; given: number }[] = [];
  for (let round = 0; round < 5; round += 1) {
    const alone = timed(without, batch);
    const more = timed(plain, batch);
    const usually = timed(withHabits, batch);
    const all = timed(whole, batch);
    if (round > 0)
      ratios.push({
        plain: more.seconds / alone.seconds,
        habits: usually.seconds / alone.seconds,
        whole: all.seconds / alone.seconds,
        bytes: (usually.bytes - more.bytes) / usually.accounts,
        wholeBytes: (all.bytes - alone.bytes) / all.accounts,
        given: usually.given,
      });
  }
  const median = (of: (one: (typeof ratios)[number]) => number): number => ratios.map(of).toSorted((a, b) => a - b)[2] ?? 0;
  report.ratio(
    `${name}, with rules that ask for habits`,
    median((one) => one.habits),
    'the processor time of the fixed rules alone',
  );
  report.ratio(
    `${name}, with as many plain counts`,
    median((one) => one.plain),
    'the processor time of the fixed rules alone',
  );
  report.ratio(
    `${name}, habits`,
    median((one) => one.habits / one.plain),
    'the processor time of as many plain counts',
  );
  report.ratio(
    `${name}, the whole pack with its own habits`,
    median((one) => one.whole),
    'the processor time of the fixed rules alone',
  );
  report.figure(
    `${name}, more than these`,
    median((one) => one.bytes),
    'bytes an account',
  );
  report.figure(
    `${name}, the whole pack, more than the fixed rules`,
    median((one) => one.wholeBytes),
    'bytes an account',
  );
  report.figure(`${name}, days given`, ratios[0]?.given ?? 0, 'days');
}

function timed(options: EngineOptions, batch: readonly Buffer[]) {
  const engine = new Engine(options);
  const before = process.cpuUsage();
  let given = 0;
  for (const [offset, bytes] of batch.entries()) {
    engine.apply({ offset, bytes }, firstOfTwoDays);
    engine.takeChanges({ includeUpdates: false });
    given += engine.takeDays(200).length;
  }
  const { user, system } = process.cpuUsage(before);
  const { bytes, accounts } = engine.stats();
  return { seconds: (user + system) / 1e6, bytes, accounts, given };
}

function* ordinary(accounts: number): Iterable<Buffer> {
  const lines: string[] = [];
  for (const { line } of twoDays(accounts, rows)) if (lines.push(line) === 600) yield frameOf(lines);
  if (lines.length > 0) yield frameOf(lines);
}

function* attack(): Iterable<Buffer> {
  const lines: string[] = [];
  for (let i = 0; i < rows / 2; i += 1) {
    lines.push(rowOfTwoDays(firstOfTwoDays + Math.floor((i / rows) * day), 'attacker', `attacked-${i}`, true, i));
    if (lines.length === 600) yield frameOf(lines);
  }
  if (lines.length > 0) yield frameOf(lines);
}

function frameOf(lines: string[]): Buffer {
  return Buffer.from(lines.splice(0).join(''));
}
