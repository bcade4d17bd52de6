// whole/: processes of Vigie as they run, several of them.

/**
 * Two scorers beside one: the same signed frames in four partitions, the whole pack, processes as `vigie start` runs them, over the embedded log, and over Kafka with `KAFKA_BROKERS`.
 * Counted from the moment at which all of them judge until the first has nothing left. Beside it, what the machine gives two programs that share nothing: the engine alone in
 * processes of its own, and a C program of the same kind of work, whose caches and memory are shared as those of scorers are. Goal by the clock: 1.7 times.
 * Other work on the machine takes processors from scorers; the scheduler says for how long, and what they reach without it stands beside.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { frameBytesMax, madeTopics, partitionCountOf, partitionOf, topics } from '#libs/contracts/topics.js';
import { kafkaOptions, openEventLog } from '#libs/event-log/open.js';
import type { EventLog } from '#libs/event-log/port.js';
import { withAdmin } from '#libs/event-log/kafka/topics/admin.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { systemClock } from '#libs/runtime/clock.js';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { Health } from '#libs/runtime/health.js';
import { silentLog } from '#libs/runtime/log.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { threeRules } from '../packs/three-rules.js';
import { BenchScorers, type Done, type Sample } from '../process/scorers.js';
import { accessRows } from '../rows/access-rows.js';
import { exactWindowsAtOnce } from '../yardstick/c-program.js';
import { report } from '../yardstick/report.js';

const rows = Number(process.env['BENCH_ROWS'] ?? 1_000_000);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const goal = 1.7;
const partitions = 4;
/** What each judges before it is measured, one as two: programs are compiled while they run, in each process anew. */
const warmRows = rows / 5;
const sampleEveryMs = 50;
/** Rows of the programs beside. */
const controlRows = Math.min(rows, 300_000);

/** What scorers did from one moment to another. */
interface Run {
  readonly rowsPerMs: number;
  /** By the time that main threads had, ready or waiting for their log, without that in which others had the processors. */
  readonly rowsPerOwnMs: number;
  /** Of the processor, all threads. */
  readonly microsecondsPerRow: number;
  readonly main: { readonly ran: number; readonly queued: number };
  /** Microseconds a row by what threads are called. */
  readonly byName: Readonly<Record<string, number>>;
  readonly rows: readonly number[];
  /** From when the first had nothing left until the last had nothing left, milliseconds. */
  readonly tailMs: number;
}

const portBase = await freePortBase(60);
const folder = await mkdtemp(join(tmpdir(), 'vigie-bench-workers-'));
const frames = framesOf(0, rows, frameBytesMax - 1024);
try {
  const cores = availableParallelism();
  report.note(`${rows} rows in ${partitions} partitions, ${cores} cores`);
  await besidePrograms();
  await compare('embedded log', (count, turn) => judged(count, { VIGIE_DATA_DIR: join(folder, turn), KAFKA_BROKERS: '' }));
  const { KAFKA_BROKERS } = process.env;
  if (KAFKA_BROKERS)
    await compare('Kafka', (count, turn) => overKafka(count, { VIGIE_DATA_DIR: join(folder, `kafka-${turn}`), KAFKA_BROKERS }));
} finally {
  await rm(folder, { recursive: true });
}

/** One and two in turns; the median of what each pair of turns comes to. */
async function compare(what: string, run: (count: number, turn: string) => Promise<Run>): Promise<void> {
  const pairs: (readonly [Run, Run])[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const [one, two] = [await run(1, `${round}-1`), await run(2, `${round}-2`)];
    pairs.push([one, two]);
    tell(`${what}, round ${round}, one scorer`, one);
    tell(`${what}, round ${round}, two scorers`, two);
  }
  const ratioOf = (of: (run: Run) => number): number => median(pairs.map(([one, two]) => of(two) / of(one)));
  report.ratio(
    `${what}: two scorers, by the clock`,
    ratioOf(({ rowsPerMs }) => rowsPerMs),
    'the rate of one',
    { atLeast: goal },
  );
  report.ratio(
    `${what}: two scorers, without what others had of the processors`,
    ratioOf(({ rowsPerOwnMs }) => rowsPerOwnMs),
    'the rate of one',
  );
  const cost = ratioOf(({ microsecondsPerRow }) => microsecondsPerRow);
  report.ratio(`${what}: processor time of a row, all threads`, cost, 'that of one scorer');
  report.figure(`${what}: two scorers`, 1_000 * median(pairs.map(([, two]) => two.rowsPerMs)), 'rows/s');
  report.figure(`${what}: one scorer`, 1_000 * median(pairs.map(([one]) => one.rowsPerMs)), 'rows/s');
}

function share(part: number): string {
  return `${Math.round(100 * part)} %`;
}

function tell(name: string, { microsecondsPerRow, main, byName, rows: each, tailMs }: Run): void {
  const threads = Object.entries(byName)
    .filter(([, micros]) => micros >= 0.05)
    .toSorted(([, a], [, b]) => b - a);
  report.note(
    `${name}: main threads ran ${share(main.ran)} of the time, were ready and waited for a processor ${share(main.queued)}, waited for their log ${share(1 - main.ran - main.queued)}; ` +
      `rows ${each.join(' and ')}; the last was done ${Math.round(tailMs)} ms behind the first; ${microsecondsPerRow.toFixed(2)} us a row, of which ` +
      threads.map(([thread, micros]) => `${thread} ${micros.toFixed(2)}`).join(', '),
  );
}

/** What the machine gives two programs of such work that share nothing: how much dearer a row of the processor is when two work at once. */
async function besidePrograms(): Promise<void> {
  const alone = await engineAlone(1);
  report.ratio('the engine alone, two processes at once: processor time of a row', (await engineAlone(2)) / alone, 'that of one');
  const lines = Array.from({ length: controlRows / 1000 }, (_, n) => accessRows(n * 1000, 1000));
  const [one, two] = [await exactWindowsAtOnce(1, lines, threeRules), await exactWindowsAtOnce(2, lines, threeRules)];
  if (typeof one === 'string') report.note(`the C program is left out: ${one}`);
  else if (typeof two !== 'string')
    report.ratio('a C program of windows, two at once: processor time of a row', two / one, 'that of one');
}

/** Microseconds of the processor that a row takes of so many at once. */
async function engineAlone(count: number): Promise<number> {
  const args = [compiledModule('bench/process/judging'), String(controlRows)];
  const runs = await Promise.all(Array.from({ length: count }, () => promisify(execFile)(process.execPath, args)));
  return runs.reduce((sum, { stdout }) => sum + Number(stdout), 0) / count;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function judged(count: number, env: Readonly<Record<string, string>>): Promise<Run> {
  const config = readConfig(commonConfig, { ...process.env, ...env });
  const tools = { name: 'bench', topics: [topics.accesses], clock: systemClock, logger: silentLog, health: new Health() };
  const log = await openEventLog(config, { ...tools, signal: new AbortController().signal });
  const scorers = new BenchScorers(count, portBase, env);
  try {
    const early = await untilAllJudge(log, scorers);
    const whole = early + rows;
    // Appending takes longer than judging: they stand still meanwhile.
    scorers.signal('SIGSTOP');
    await appendAll(log, frames);
    scorers.signal('SIGCONT');
    const samples: Sample[] = [];
    do {
      await sleep(sampleEveryMs);
      samples.push(await scorers.sample());
    } while (sumOf(samples.at(-1)) < whole);
    return runOf(samples);
  } finally {
    await scorers.stop();
    await log.close();
  }
}

function runOf(samples: readonly Sample[]): Run {
  // What each had is known at the end alone: one that stands still for a moment waits for the machine.
  const all = samples.at(-1)?.each.map((each) => each.rows) ?? [];
  const isTogether = ({ each }: Sample) => each.every((one, index) => one.rows >= warmRows && one.rows < (all[index] ?? 0));
  const together = samples.filter(isTogether);
  const [from, to] = [together[0], together.at(-1)];
  if (!from || !to || from === to) throw new Error(`${rows} rows are too few to be measured; give BENCH_ROWS more`);
  const judgedRows = sumOf(to) - sumOf(from);
  const ms = to.ms - from.ms;
  const count = all.length;
  const sum = (of: (done: Done) => number): number =>
    to.each.reduce((total, done, index) => total + of(done) - of(from.each[index] ?? done), 0);
  const main = {
    ran: sum((done) => done.main.ran) / (1_000 * ms * count),
    queued: sum((done) => done.main.queued) / (1_000 * ms * count),
  };
  const names = new Set(to.each.flatMap(({ byName }) => Object.keys(byName)));
  const last = samples.at(-1);
  return {
    rowsPerMs: judgedRows / ms,
    rowsPerOwnMs: judgedRows / (ms * (1 - main.queued)),
    microsecondsPerRow: sum(({ processor }) => processor) / judgedRows,
    main,
    byName: Object.fromEntries([...names].map((name) => [name, sum(({ byName }) => byName[name] ?? 0) / judgedRows])),
    rows: all,
    tailMs: (last?.ms ?? 0) - to.ms,
  };
}

/** Some rows at a time, until all of them have had some: partitions move as they come, one after the other. Resolves with how many that were. */
async function untilAllJudge(log: EventLog, scorers: BenchScorers): Promise<number> {
  const some = 40;
  for (let given = 0; ; given += some) {
    const sample = await scorers.sample();
    if (sumOf(sample) >= given && given > 0 && sample.each.every((one) => one.rows > 0)) return given;
    await appendAll(log, framesOf(rows + given, some, 1));
    await sleep(sampleEveryMs);
  }
}

/** As many at a time as ingestors have under way. */
async function appendAll(log: EventLog, all: readonly Preloaded[]): Promise<void> {
  const rest = all.values();
  const lane = async () => {
    for (const { partition, bytes } of rest) await log.append({ topic: topics.accesses, partition }, bytes);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

function sumOf(sample: Sample | undefined): number {
  return (sample?.each ?? []).reduce((sum, one) => sum + one.rows, 0);
}

interface Preloaded {
  readonly partition: number;
  readonly bytes: Buffer;
}

/** Rows from a number on, in frames of so many bytes of one partition. */
function framesOf(first: number, count: number, bytesMin: number): readonly Preloaded[] {
  const held = Array.from({ length: partitions }, (_, partition) => ({ partition, lines: [] as Buffer[], bytes: 0 }));
  const made: Preloaded[] = [];
  const close = (one: (typeof held)[number]) => {
    made.push({ partition: one.partition, bytes: Buffer.concat(one.lines) });
    one.lines = [];
    one.bytes = 0;
  };
  for (let index = first; index < first + count; index += 1) {
    const one = held[partitionOf('helix', `account.${(index * 7919) % 1400}`, partitions)];
    if (!one) continue;
    const line = accessRows(index, 1);
    one.lines.push(line);
    one.bytes += line.length;
    if (one.bytes >= bytesMin) close(one);
  }
  for (const one of held) if (one.lines.length > 0) close(one);
  return made;
}

/** Topics of its own run, which are gone afterwards: those of an installation are never touched. */
async function overKafka(count: number, env: Readonly<Record<string, string>>): Promise<Run> {
  const config = readConfig(commonConfig, { ...process.env, ...env });
  const options = kafkaOptions(config, config.KAFKA_BROKERS ?? [], { name: 'bench', clock: systemClock, logger: silentLog });
  const known = await withAdmin(options, (admin) => admin.listTopics());
  const there = madeTopics.filter((topic) => known.includes(topic));
  if (there.length > 0)
    throw new Error(
      `Kafka at ${env['KAFKA_BROKERS']} has ${there[0]}: this measures over brokers of its own, and takes no topics of others away`,
    );
  try {
    await createTopics(
      options,
      Object.fromEntries(madeTopics.map((topic) => [topic, { partitions: partitionCountOf(topic, partitions) }])),
    );
    return await judged(count, env);
  } finally {
    await withAdmin(options, (admin) => admin.deleteTopics({ topics: [...madeTopics] }));
    await withAdmin(options, async (admin) => {
      while ((await admin.listTopics()).some((topic) => madeTopics.includes(topic))) await sleep(sampleEveryMs);
    });
  }
}
