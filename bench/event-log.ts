/**
 * Appends frames through the embedded log, and reads them back, beside write and fsync of a plain file; and through Kafka, beside Kafka's own producer over the
 * same broker in the same run, by the clock and by processor time. `KAFKA_BROKERS` names a broker; without it one is started where Java is.
 * Goal: 150 MiB/s to four partitions of one broker on loopback.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openEmbeddedLog } from '#libs/event-log/embedded/embedded-log.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { openKafkaLog } from '#libs/event-log/kafka/kafka-log.js';
import type { EventLog } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { systemRandom } from '#libs/runtime/random.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { KafkaCluster } from '#libs/testkit/kafka/kafka-cluster.js';
import { kafkaClassPath, whyNoKafka } from '#libs/testkit/kafka/kafka-jars.js';
import { ownMicros } from './yardstick/machine.js';
import { report } from './yardstick/report.js';

const partitions = 4;
/** Appends under way at a time, as an ingestor under load has; the plain file shares one fsync between as many. */
const concurrency = 32;
const cases = [
  { frameBytes: 256 * 1024, frames: 256 },
  { frameBytes: 4 * 1024, frames: 4096 },
] as const;
/** Of the comparison with Kafka's own producer: so many rounds in turn, of which the median counts. */
const rounds = 5;
const framesOfRound = 800;
const plainMsMax = 300_000;
const mib = 1024 ** 2;

/** Milliseconds by the clock, and of the processor. */
interface Took {
  readonly ms: number;
  readonly processorMs: number;
}

const directory = await mkdtemp(join(tmpdir(), 'vigie-bench-log-'));
try {
  for (const { frameBytes, frames } of cases) {
    const bytes = line(frameBytes);
    const plain = await timed(() => plainFile(bytes, frames));
    const size = `frames of ${frameBytes / 1024} KiB`;
    report.figure(`plain file, ${size}, write and fsync`, rate(bytes, frames, plain.ms), 'MiB/s');
    const topic = `bench-${frameBytes}-${systemClock.now()}`;
    const log = await openEmbeddedLog({ directory: join(directory, 'log'), topics: { [topic]: partitions } });
    await measure(log, `embedded log, ${size}`, topic, bytes, frames, plain);
    await log.close();
  }
  await overKafka();
} finally {
  await rm(directory, { recursive: true });
}

async function overKafka(): Promise<void> {
  const given = process.env['KAFKA_BROKERS']?.split(',');
  const reason = given ? undefined : await whyNoKafka();
  if (reason !== undefined) return report.note(`Kafka is left out: ${reason}`);
  const cluster = given ? undefined : await KafkaCluster.start({ brokers: 1, portBase: await freePortBase() });
  const brokers = given ?? cluster?.brokers ?? [];
  const options = { brokers, clientId: 'vigie-bench', clock: systemClock };
  const log = await openKafkaLog(options);
  try {
    for (const { frameBytes, frames } of cases) {
      const topic = `bench-${frameBytes}-${systemClock.now()}`;
      await createTopics(options, { [topic]: { partitions } });
      await measure(log, `Kafka, frames of ${frameBytes / 1024} KiB`, topic, line(frameBytes), frames);
    }
    await besideItsProducer(log, brokers);
  } finally {
    await log.close();
    await cluster?.stop();
  }
}

/** In turn over the same broker, each to a topic of its own. */
async function besideItsProducer(log: EventLog, brokers: readonly string[]): Promise<void> {
  const bytes = line(256 * 1024);
  const file = join(directory, 'frame');
  await writeFile(file, bytes);
  const topics = { own: `bench-own-${systemClock.now()}`, plain: `bench-plain-${systemClock.now()}` };
  await createTopics(
    { brokers, clientId: 'vigie-bench', clock: systemClock },
    { [topics.own]: { partitions }, [topics.plain]: { partitions } },
  );
  await appendAll(log, topics.own, bytes, framesOfRound / 2);
  const own: Took[] = [];
  const plain: Took[] = [];
  let reason = '';
  for (let round = 0; round < rounds; round += 1) {
    own.push(await timed(() => appendAll(log, topics.own, bytes, framesOfRound)));
    if (reason) continue;
    const took = await plainProducer(brokers, topics.plain, file);
    if (typeof took === 'string') reason = took;
    else plain.push(took);
  }
  const size = (bytes.length * framesOfRound) / mib;
  const [ownMs, ownProcessor] = [median(own.map(({ ms }) => ms)), median(own.map(({ processorMs }) => processorMs))];
  report.figure(`Kafka, appends to ${partitions} partitions`, size / (ownMs / 1000), 'MiB/s', { atLeast: 150 });
  report.figure('Kafka, processor time of an append', ownProcessor / size, 'ms/MiB');
  if (reason) return report.note(`Kafka's own producer is left out: ${reason}`);
  const [ms, processorMs] = [median(plain.map((one) => one.ms)), median(plain.map((one) => one.processorMs))];
  report.figure("Kafka's own producer, appends", size / (ms / 1000), 'MiB/s');
  report.figure("Kafka's own producer, processor time of an append", processorMs / size, 'ms/MiB');
  report.ratio('Kafka, appends by the clock', ms / ownMs, "the rate of Kafka's own producer");
  report.ratio('Kafka, appends by processor time', processorMs / ownProcessor, "the rate of Kafka's own producer");
}

/** What it took, or why it could not be run. */
async function plainProducer(brokers: readonly string[], topic: string, file: string): Promise<Took | string> {
  const program = join(projectRoot, 'bench', 'process', 'PlainProducer.java');
  const args = [
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-cp',
    await kafkaClassPath(),
    program,
    brokers.join(','),
    topic,
    String(partitions),
    String(framesOfRound),
    file,
  ];
  try {
    const { stdout } = await promisify(execFile)('java', args, { timeout: plainMsMax });
    return JSON.parse(stdout) as Took;
  } catch (cause) {
    return messageOf(cause).split('\n').slice(0, 2).join(' ');
  }
}

async function measure(log: EventLog, name: string, topic: string, bytes: Buffer, frames: number, plain?: Took): Promise<void> {
  for (const [what, work] of [
    ['append', () => appendAll(log, topic, bytes, frames)],
    ['read', () => readAll(log, topic, frames)],
  ] as const) {
    const { ms, processorMs } = await timed(work);
    report.figure(`${name}, ${what}`, rate(bytes, frames, ms), 'MiB/s');
    report.figure(`${name}, processor time of a frame, ${what}`, (processorMs * 1000) / frames, 'us');
    if (plain) report.ratio(`${name}, ${what}`, plain.ms / ms, 'the rate of a plain file');
  }
}

async function appendAll(log: EventLog, topic: string, bytes: Buffer, frames: number): Promise<void> {
  let next = 0;
  const append = async () => {
    while (next < frames) await log.append({ topic, partition: (next += 1) % partitions }, bytes);
  };
  await Promise.all(Array.from({ length: concurrency }, append));
}

async function readAll(log: EventLog, topic: string, frames: number): Promise<void> {
  let left = frames;
  const all = Promise.withResolvers<void>();
  const membership = await log.join(
    { group: `bench-${systemClock.now()}`, topics: [topic], batchBytesMax: 1 << 20 },
    {
      assigned: async () => 'earliest',
      async frames(_, batch) {
        left -= batch.length;
        if (left <= 0) all.resolve();
      },
      poison: (_, __, cause) => Promise.reject(cause),
      revoked: async () => {},
    },
  );
  await Promise.race([all.promise, membership.ended]);
  await membership.leave();
}

async function plainFile(bytes: Buffer, frames: number): Promise<void> {
  const file = await open(join(directory, `plain-${bytes.length}`), 'w');
  for (let i = 0; i < frames; i += 1) {
    await file.write(bytes);
    if (i % concurrency === concurrency - 1) await file.datasync();
  }
  await file.datasync();
  await file.close();
}

/** Rows as they look: words that repeat and pseudonyms that do not compress. */
function line(bytes: number): Buffer {
  let text = '';
  while (text.length < bytes) {
    const patient = Buffer.from(Array.from({ length: 16 }, () => systemRandom() * 256)).toString('base64url');
    text += `{"time":"2024-11-19T08:12:03.120Z","group_id":"aleo","clinic_id":"750300123","patient_id":"${patient}","action":"read"}\n`;
  }
  return Buffer.from(text.slice(0, bytes));
}

async function timed(work: () => Promise<void>): Promise<Took> {
  const [from, processor] = [systemClock.monotonic(), ownMicros()];
  await work();
  return { ms: systemClock.monotonic() - from, processorMs: (ownMicros() - processor) / 1000 };
}

function rate(bytes: Buffer, frames: number, ms: number): number {
  return (frames * bytes.length) / mib / (ms / 1000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
