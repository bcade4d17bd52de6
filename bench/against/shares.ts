/**
 * What rules and accounts cost the scorer, beside three rules over 1,400 accounts: the default pack, the pack with one rule more, accounts that nobody has
 * met, and their second day; with `--against` the pack under another commit's engine, too. All take short turns in one process, and the lower quartile
 * of each is what is compared: other work on the machine only ever adds. Then what judging accounts again takes, without the store.
 */
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import { packOptions, withOneMore } from '../packs/pack.js';
import { threeRulesOptions } from '../packs/three-rules.js';
import { generator } from '../rows/generator.js';
import { lineOf, ordinaryDay, start } from '../rows/ordinary-day.js';
import { engineOf } from './engine-of.js';
import { besidePlain, plainMicros } from '../yardstick/plain.js';
import { type Goal, report } from '../yardstick/report.js';

const rows = Number(process.env['BENCH_ROWS'] ?? 60_000);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 32);
/** In these the engine is compiled while it runs. */
const roundsUnheeded = 8;
const dayMs = 86_400_000;

interface Side {
  readonly name: string;
  readonly Engine: typeof Engine;
  readonly options: EngineOptions;
  /** Taken in first, unheeded. */
  readonly before: readonly Buffer[];
  readonly frames: readonly Buffer[];
  readonly micros: number[];
  /** Of its rate beside the pack's. */
  readonly goal?: Goal;
}

const pack = await packOptions();
const more = withOneMore(pack);
const day = [...ordinaryDay({ accounts: 1_400, rows })];
const other = process.env['BENCH_AGAINST'];
const sides: readonly Side[] = [
  side('three rules, 1,400 accounts', threeRulesOptions, day),
  ...(other === undefined ? [] : [{ ...side('the pack, before', pack, day), Engine: await engineOf(other) }]),
  side(`the pack of ${pack.rules.length} rules`, pack, day),
  side('the pack and one rule more', more, day),
  { ...side('the pack, accounts of a million', pack, [...ordinaryDay({ accounts: 1_000_000, rows })]), goal: { atLeast: 0.45 } },
  side(
    'the pack, the second day of 20,000',
    pack,
    [...ordinaryDay({ accounts: 20_000, rows, day: 1 })],
    [...ordinaryDay({ accounts: 20_000, rows })],
  ),
];
report.note(`${rows} rows in ${rounds} rounds; the lower quartile of each`);
for (let round = 0; round < rounds; round += 1)
  for (const one of round % 2 === 0 ? sides : sides.toReversed()) {
    const micros = measured(one);
    if (round >= roundsUnheeded) one.micros.push(micros);
  }
const [first] = sides;
const whole = sides.find(({ name, Engine: Of }) => Of === Engine && name.startsWith('the pack of'));
for (const one of sides) {
  const rateOf = (of: Side | undefined): number => quartile(of?.micros ?? []) / quartile(one.micros);
  report.figure(one.name, quartile(one.micros) / rows, 'us a row');
  if (one !== first)
    report.ratio(one.name, rateOf(first), 'the rate of three rules', one === whole ? { atLeast: 0.65 } : undefined);
  if (one !== whole && one !== first) report.ratio(one.name, rateOf(whole), "the pack's rate", one.goal);
}
if (first) besidePlain(first.name, quartile(first.micros) / rows, plainMicros(day));
if (whole) besidePlain(whole.name, quartile(whole.micros) / rows, plainMicros(day, undefined));
judgedAgain(30, 3_000);
judgedAgain(1_000, 60);

function side(name: string, options: EngineOptions, frames: readonly Buffer[], before: readonly Buffer[] = []): Side {
  return { name, Engine, options, before, frames, micros: [] };
}

function measured({ Engine: Of, options, before, frames }: Side): number {
  const engine = new Of(options);
  before.forEach((bytes, offset) => engine.apply({ offset, bytes }, start));
  engine.takeChanges({ includeUpdates: true });
  // What the engines before have left is not collected on this one's account.
  globalThis.gc?.();
  const begun = process.cpuUsage();
  for (const [at, bytes] of frames.entries()) {
    engine.apply({ offset: before.length + at, bytes }, start);
    engine.takeChanges({ includeUpdates: false });
  }
  const { user, system } = process.cpuUsage(begun);
  return user + system;
}

function quartile(micros: readonly number[]): number {
  return micros.toSorted((a, b) => a - b)[micros.length >> 2] ?? 0;
}

/** A late access of each account asks for its history, which is judged by one engine for all of them. */
function judgedAgain(accounts: number, rowsEach: number): void {
  const engine = new Engine(pack);
  const random = generator(5);
  const lines = Array.from({ length: accounts }, (_, account) =>
    Array.from({ length: rowsEach }, (__, n) =>
      lineOf(
        start + Math.floor((n * dayMs) / rowsEach),
        `nurse-${account}`,
        `${account} ${Math.floor(random() * 40)}`,
        0,
        account * rowsEach + n,
      ),
    ),
  );
  let offset = 0;
  const apply = (given: readonly string[]): void => {
    for (let at = 0; at < given.length; at += 500)
      engine.apply({ offset: offset++, bytes: Buffer.from(given.slice(at, at + 500).join('')) }, start);
  };
  for (let n = 0; n < rowsEach; n += 1) apply(lines.map((of) => of[n] ?? ''));
  apply([lineOf(start + 40 * dayMs, 'clock', 'clock', 0, 1e9)]);
  const late = lines.map((_, account) => lineOf(start + dayMs / 2 + 7, `nurse-${account}`, `${account} 3`, 0, 2e9 + account));
  apply(late);
  for (const [account, of] of lines.entries()) of.splice(rowsEach / 2 + 1, 0, late[account] ?? '');
  const asked = new Map(engine.rejudgements().map((one) => [one.actorId, one]));
  const rejudging = engine.beginRejudging();
  const micros = lines.flatMap((of, account) => {
    const one = asked.get(`nurse-${account}`);
    if (!one) return [];
    const bytes = Buffer.from(of.join(''));
    const begun = process.cpuUsage();
    rejudging.begin(one);
    rejudging.take(bytes);
    if (!engine.adopt(rejudging, one, start)) throw new Error(`nurse-${account} was judged again and not adopted`);
    const { user, system } = process.cpuUsage(begun);
    return [user + system];
  });
  const sum = micros.reduce((all, one) => all + one, 0);
  const sorted = micros.toSorted((a, b) => a - b);
  const what = `accounts of ${rowsEach} rows judged again`;
  report.figure(
    `${what}, median of ${micros.length}`,
    (sorted[sorted.length >> 1] ?? 0) / 1000,
    'ms',
    rowsEach >= 3_000 ? { atMost: 20 } : undefined,
  );
  report.figure(`${what}, longest`, (sorted.at(-1) ?? 0) / 1000, 'ms');
  report.figure(
    what,
    (micros.length / sum) * 1e6,
    'accounts a second of the processor',
    rowsEach < 3_000 ? { atLeast: 1_000 } : undefined,
  );
}
