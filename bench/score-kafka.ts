/**
 * From a real Kafka to decisions: frames of 256 KiB, compressed, in four partitions, through a member of a group into an engine for each
 * partition; beside the same reading without judging, and with the signature of each frame looked at. `KAFKA_BROKERS`, or a Kafka that is started here.
 */
import { randomBytes } from 'node:crypto';
import { Engine } from '#libs/detection/engine.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { openKafkaLog } from '#libs/event-log/kafka/kafka-log.js';
import type { EventLog, Frame, TopicPartition } from '#libs/event-log/port.js';
import { kafkaSigning } from '#libs/event-log/signing/signing-config.js';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { threeRulesOptions } from './packs/three-rules.js';
import { besidePlain, plainMicros } from './yardstick/plain.js';
import { report } from './yardstick/report.js';

const rows = Number(process.env['BENCH_ROWS'] ?? 2_000_000);
const portBase = Number(process.env['BENCH_KAFKA_PORT'] ?? 47_810);
const partitions = 4;
const frameBytes = 256 * 1024;
const accounts = 1_400;
const turns = 3;
/** What plain programs are given of the same frames. */
const sampleFrames = 100;
const sample: Buffer[] = [];
const topic = `bench-score-${systemClock.now()}`;

const missing = await whyNoKafkaTests(process.env);
if (missing === undefined) await main();

async function main(): Promise<void> {
  const kafka = await kafkaForTests(process.env, portBase);
  try {
    const options = { brokers: kafka.brokers, clientId: 'vigie-bench', clock: systemClock };
    await createTopics(options, { [topic]: { partitions } });
    const log = await openKafkaLog(options);
    const signing = signed();
    const believing = await openKafkaLog({ ...options, ...(signing && { signing }) });
    const frames = await preload(believing);
    report.note(`${rows} rows in ${frames} frames over ${partitions} partitions of a real Kafka`);
    await read(log, 'warm-up', frames, judging());
    const plain = await read(log, 'reading alone', frames, () => {});
    // In turns, and the best of each: other work on the machine comes and goes.
    const judgedRuns: Reading[] = [];
    const verifiedRuns: Reading[] = [];
    for (let turn = 1; turn <= turns; turn += 1) {
      judgedRuns.push(await read(log, `reading and judging, ${turn}`, frames, judging()));
      verifiedRuns.push(await read(believing, `reading, verifying and judging, ${turn}`, frames, judging()));
    }
    const [judged, verified] = [bestOf(judgedRuns), bestOf(verifiedRuns)];
    report.figure('reading and judging', (rows * 1000) / judged.ms, 'rows/s', { atLeast: 400_000 });
    report.ratio('reading and judging', judged.ms / plain.ms, 'the time of reading alone');
    report.ratio(
      'reading, verifying and judging',
      verified.cpuMicroseconds / judged.cpuMicroseconds,
      'the processor time of reading and judging',
    );
    besidePlain('reading and judging', judged.cpuMicroseconds, plainMicros(sample, undefined));
    await believing.close();
    await log.close();
  } finally {
    await kafka.stop();
  }
}

function judging(): (at: TopicPartition, frame: Frame) => void {
  const engines = Array.from({ length: partitions }, () => new Engine(threeRulesOptions));
  return ({ partition }, frame) => {
    const engine = engines[partition];
    engine?.apply(frame, systemClock.now());
    engine?.takeChanges({ includeUpdates: false });
  };
}

/** Frames are signed by a key of this run. */
function signed() {
  const VIGIE_FRAME_KEYS = `bench=${randomBytes(32).toString('base64')}`;
  return kafkaSigning(
    { VIGIE_DATA_DIR: '', VIGIE_FRAME_KEYS, VIGIE_FRAMES_SIGNED_SINCE: undefined },
    { clock: systemClock, log: silentLog },
  );
}

function bestOf(runs: readonly Reading[]): Reading {
  const least = (of: (run: Reading) => number) => Math.min(...runs.map(of));
  return { ms: least(({ ms }) => ms), cpuMicroseconds: least(({ cpuMicroseconds }) => cpuMicroseconds) };
}

/** From the first to the last frame. `cpuMicroseconds` is of all threads, for a row. */
interface Reading {
  readonly ms: number;
  readonly cpuMicroseconds: number;
}

async function read(
  log: EventLog,
  name: string,
  frames: number,
  take: (at: TopicPartition, frame: Frame) => void,
): Promise<Reading> {
  let left = frames;
  let from = 0;
  let cpu = process.cpuUsage();
  const all = Promise.withResolvers<void>();
  const membership = await log.join(
    { group: `bench-${name.replaceAll(/\W+/g, '-')}-${systemClock.now()}`, topics: [topic], batchBytesMax: 4 * 1024 * 1024 },
    {
      assigned: async () => 'earliest',
      async frames(at, batch) {
        if (left === frames) {
          from = systemClock.monotonic();
          cpu = process.cpuUsage();
        }
        for (const frame of batch) take(at, frame);
        left -= batch.length;
        if (left <= 0) all.resolve();
      },
      poison: (_, __, cause) => Promise.reject(cause),
      revoked: async () => {},
    },
  );
  await Promise.race([all.promise, membership.ended]);
  const ms = systemClock.monotonic() - from;
  const { user, system } = process.cpuUsage(cpu);
  await membership.leave();
  const cpuMicroseconds = (user + system) / rows;
  report.figure(`${name}, by the clock`, (rows * 1000) / ms, 'rows/s');
  report.figure(`${name}, processor time of all threads`, cpuMicroseconds, 'us a row');
  return { ms, cpuMicroseconds };
}

async function preload(log: EventLog): Promise<number> {
  const texts: string[][] = Array.from({ length: partitions }, () => []);
  const bytes = new Float64Array(partitions);
  let frames = 0;
  let pending: Promise<number>[] = [];
  const send = async (partition: number): Promise<void> => {
    const bytesOfFrame = Buffer.from((texts[partition] ?? []).join(''));
    if (sample.length < sampleFrames) sample.push(bytesOfFrame);
    pending.push(log.append({ topic, partition }, bytesOfFrame));
    texts[partition] = [];
    bytes[partition] = 0;
    frames += 1;
    if (pending.length < 16) return;
    await Promise.all(pending);
    pending = [];
  };
  for (let index = 0; index < rows; index += 1) {
    const account = (index * 7919) % accounts;
    const partition = account % partitions;
    const line = lineOf(index, account);
    texts[partition]?.push(line);
    bytes[partition] = (bytes[partition] ?? 0) + line.length;
    if ((bytes[partition] ?? 0) > frameBytes - 1024) await send(partition);
  }
  for (let partition = 0; partition < partitions; partition += 1) if (texts[partition]?.length) await send(partition);
  await Promise.all(pending);
  return frames;
}

/** A row of some 480 bytes; each account goes over 25 patients, and one reads on and on in five clinics. */
function lineOf(index: number, account: number): string {
  const time = new Date(Date.UTC(2026, 2, 2) + Math.floor((index / rows) * 86_400_000)).toISOString();
  const attacker = account === 7;
  const patient = hex128(attacker ? 1e6 + index : account * 25 + ((Math.imul(index, 2_654_435_761) >>> 27) % 25));
  const clinic = attacker ? index % 5 : account % 17;
  return (
    `{"time":"${time}","group_id":"aleo","actor_id":"nurse-${account}","patient_id":"${patient}","clinic_id":"75030${1000 + clinic}","action":"read",` +
    `"outcome":"success","event_id":"${hex128(1e9 + index)}","source":"mediboard","received_at":"${time}","actor_role":"nurse","actor_kind":"human",` +
    `"categories":["identity","notes"],"source_ip":"10.4.2.${account % 250}","session_id":"s-${index % 1000}","application":"mediboard","key_id":"k1"}\n`
  );
}

/** 128 bits that look random, from a number. */
function hex128(value: number): string {
  let text = '';
  for (let word = 1; word <= 4; word += 1) {
    let mixed = Math.imul(value ^ (word * 0x9e3779b9), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    text += ((mixed ^ (mixed >>> 16)) >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}
