// whole/: processes of Vigie as they run, several of them.

/**
 * Two scorers beside one: the same signed frames in four partitions, the whole pack, processes as `vigie start` runs them, over the embedded log, and over Kafka with `KAFKA_BROKERS`.
 * Counted from the moment at which all of them judge until the first has nothing left. Beside it, what the machine gives two processes that share nothing: on one with other work, or whose
 * cores are halves of one, two are not twice one. Processor time is of all threads; goal by the clock: 1.7 times.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { frameBytesMax, madeTopics, partitionCountOf, partitionOf, topics } from '#libs/contracts/topics.js';
import { kafkaOptions, openEventLog } from '#libs/event-log/open.js';
import type { EventLog } from '#libs/event-log/port.js';
import { withAdmin } from '#libs/event-log/kafka/topics/admin.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { systemClock } from '#libs/runtime/clock.js';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { Health } from '#libs/runtime/health.js';
import { silentLog } from '#libs/runtime/log.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { BenchScorers, type Sample } from '../process/scorers.js';
import { accessRows } from '../rows/access-rows.js';
import { report } from '../yardstick/report.js';

const rows = Number(process.env['BENCH_ROWS'] ?? 1_000_000);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 2);
const goal = 1.7;
const partitions = 4;
/** What each judges before it is measured: programs compile while they run. */
const warmRows = rows / 10;
const sampleEveryMs = 100;
const spinMs = 2000;

interface Rate {
  readonly rowsPerMs: number;
  readonly microsecondsPerRow: number;
}

const portBase = await freePortBase(60);
const folder = await mkdtemp(join(tmpdir(), 'vigie-bench-workers-'));
const frames = framesOf(0, rows, frameBytesMax - 1024);
try {
  const cores = availableParallelism();
  report.note(`${rows} rows in ${partitions} partitions, ${cores} cores`);
  await compare('embedded log', (count, turn) => judged(count, { VIGIE_DATA_DIR: join(folder, turn), KAFKA_BROKERS: '' }));
  const { KAFKA_BROKERS } = process.env;
  if (KAFKA_BROKERS) await compare('Kafka', (count, turn) => overKafka(count, { VIGIE_DATA_DIR: join(folder, `kafka-${turn}`), KAFKA_BROKERS }));
} finally {
  await rm(folder, { recursive: true });
} // prettier-ignore

/** One and two in turns, the best of each: other work comes and goes. */
async function compare(what: string, run: (count: number, turn: string) => Promise<Rate>): Promise<void> {
  const [ones, twos, machine]: [Rate[], Rate[], number[]] = [[], [], []];
  for (let round = 1; round <= rounds; round += 1) {
    ones.push(await run(1, `${round}-1`));
    twos.push(await run(2, `${round}-2`));
    const [one, two] = [await spun(1), await spun(2)];
    machine.push(two / one);
  }
  const [one, two] = [bestOf(ones), bestOf(twos)];
  const ratio = two.rowsPerMs / one.rowsPerMs;
  const most = Math.max(...machine);
  report.ratio(`${what}: two scorers, by the clock`, ratio, 'the rate of one', { atLeast: goal });
  report.ratio(`${what}: the same`, ratio / most, `what two processes that share nothing have, ${most.toFixed(2)} times one`);
  report.ratio(
    `${what}: processor time of a row, all threads`,
    two.microsecondsPerRow / one.microsecondsPerRow,
    'that of one scorer',
  );
  report.figure(`${what}: two scorers`, 1_000 * two.rowsPerMs, 'rows/s');
  report.figure(`${what}: one scorer`, 1_000 * one.rowsPerMs, 'rows/s');
}

function bestOf(rates: readonly Rate[]): Rate {
  return {
    rowsPerMs: Math.max(...rates.map((rate) => rate.rowsPerMs)),
    microsecondsPerRow: Math.min(...rates.map((rate) => rate.microsecondsPerRow)),
  };
}

async function judged(count: number, env: Readonly<Record<string, string>>): Promise<Rate> {
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
    // What each had is known at the end alone: one that stands still for a moment waits for the machine.
    const all = samples.at(-1)?.rows ?? [];
    const isTogether = (sample: Sample) =>
      sample.rows.every((each, index) => each >= warmRows / count && each < (all[index] ?? 0));
    const together = samples.filter(isTogether);
    const [from, to] = [together[0], together.at(-1)];
    if (!from || !to || from === to) throw new Error(`${rows} rows are too few to be measured; give BENCH_ROWS more`);
    return between(from, to);
  } finally {
    await scorers.stop();
    await log.close();
  }
}

/** Some rows at a time, until all of them have had some: partitions move as they come, one after the other. Resolves with how many that were. */
async function untilAllJudge(log: EventLog, scorers: BenchScorers): Promise<number> {
  const some = 40;
  for (let given = 0; ; given += some) {
    const sample = await scorers.sample();
    if (sumOf(sample) >= given && given > 0 && sample.rows.every((each) => each > 0)) return given;
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

function between(from: Sample, to: Sample): Rate {
  const count = sumOf(to) - sumOf(from);
  return {
    rowsPerMs: count / (to.ms - from.ms),
    microsecondsPerRow: (to.processorMicroseconds - from.processorMicroseconds) / count,
  };
}

function sumOf(sample: Sample | undefined): number {
  return (sample?.rows ?? []).reduce((sum, one) => sum + one, 0);
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
async function overKafka(count: number, env: Readonly<Record<string, string>>): Promise<Rate> {
  const config = readConfig(commonConfig, { ...process.env, ...env });
  const options = kafkaOptions(config, config.KAFKA_BROKERS ?? [], { name: 'bench', clock: systemClock, logger: silentLog });
  const known = await withAdmin(options, (admin) => admin.listTopics());
  const there = madeTopics.filter((topic) => known.includes(topic));
  if (there.length > 0)
    throw new Error(`Kafka at ${env['KAFKA_BROKERS']} has ${there[0]}: this measures over brokers of its own, and takes no topics of others away`);
  try {
    await createTopics(options, Object.fromEntries(madeTopics.map((topic) => [topic, { partitions: partitionCountOf(topic, partitions) }])));
    return await judged(count, env);
  } finally {
    await withAdmin(options, (admin) => admin.deleteTopics({ topics: [...madeTopics] }));
    await withAdmin(options, async (admin) => {
      while ((await admin.listTopics()).some((topic) => madeTopics.includes(topic))) await sleep(sampleEveryMs);
    });
  }
} // prettier-ignore

/** Turns of a loop that so many processes make in a while, at the same time. */
async function spun(count: number): Promise<number> {
  const program = `const end = performance.now() + ${spinMs}; let turns = 0; for (let x = 1; performance.now() < end; turns += 1) for (let i = 0; i < 1000; i += 1) x = Math.imul(x, 31) + i; require('node:fs').writeSync(1, String(turns))`;
  const turns = Array.from({ length: count }, async () => {
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    for await (const chunk of child.stdout) said += String(chunk);
    return Number(said);
  });
  return (await Promise.all(turns)).reduce((sum, one) => sum + one, 0);
}
