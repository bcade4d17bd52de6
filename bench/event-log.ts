/** `npm run bench` part: appends and reads back frames through the embedded log (and Kafka, with KAFKA_BROKERS), against write + fsync. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '#libs/event-log/embedded/embedded-log.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { openKafkaLog } from '#libs/event-log/kafka/kafka-log.js';
import type { EventLog } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { systemRandom } from '#libs/runtime/random.js';

const partitions = 4;
/** Appends under way at a time, as an ingestor under load has; the plain file shares one fsync between as many. */
const concurrency = 32;
const cases = [
  { frameBytes: 256 * 1024, frames: 256 },
  { frameBytes: 4 * 1024, frames: 4096 },
] as const;

const directory = await mkdtemp(join(tmpdir(), 'vigie-bench-log-'));
const brokers = process.env['KAFKA_BROKERS']?.split(',');
try {
  for (const { frameBytes, frames } of cases) {
    const bytes = line(frameBytes);
    const plain = await timed(() => plainFile(bytes, frames));
    report(frameBytes, frames, 'file write+fsync', plain, plain);
    const topic = `bench-${frameBytes}-${systemClock.now()}`;
    const embedded = await openEmbeddedLog({ directory: join(directory, 'log'), topics: { [topic]: partitions } });
    await measure(embedded, 'embedded', topic, bytes, frames, plain);
    if (!brokers) continue;
    const options = { brokers, clientId: 'vigie-bench', clock: systemClock };
    await createTopics(options, { [topic]: { partitions } });
    await measure(await openKafkaLog(options), 'kafka', topic, bytes, frames, plain);
  }
} finally {
  await rm(directory, { recursive: true });
}

async function measure(log: EventLog, name: string, topic: string, bytes: Buffer, frames: number, plain: number): Promise<void> {
  report(bytes.length, frames, `${name} append`, await timed(() => appendAll(log, topic, bytes, frames)), plain);
  report(bytes.length, frames, `${name} read`, await timed(() => readAll(log, topic, frames)), plain);
  await log.close();
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

async function timed(work: () => Promise<void>): Promise<number> {
  const from = systemClock.monotonic();
  await work();
  return systemClock.monotonic() - from;
}

function report(frameBytes: number, frames: number, name: string, ms: number, plainMs: number): void {
  const rate = (frames * frameBytes) / 1024 ** 2 / (ms / 1000);
  const columns = [`${frameBytes / 1024} KiB`.padStart(8), name.padEnd(18), `${rate.toFixed(0).padStart(5)} MiB/s`];
  const each = `${(frames / (ms / 1000)).toFixed(0).padStart(6)} frames/s`;
  process.stdout.write(`${columns.join('  ')}  ${each}  ratio to file ${(plainMs / ms).toFixed(2)}\n`);
}
