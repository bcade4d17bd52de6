/**
 * From a real Kafka to decisions: frames of 256 KiB, compressed, in four partitions, through a member of a group into an engine for each
 * partition; beside the same reading without judging, and with the signature of each frame looked at. `KAFKA_BROKERS`, or a Kafka that is started here.
 */
import { randomBytes } from 'node:crypto';
import { Engine } from '#libs/detection/engine.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { type KafkaOptions, openKafkaLog } from '#libs/event-log/kafka/kafka-log.js';
import type { Frame, TopicPartition } from '#libs/event-log/port.js';
import { kafkaSigning } from '#libs/event-log/signing/signing-config.js';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { threeRulesOptions } from './packs/three-rules.js';
import { bestOf, preload, read, type Reading } from './process/kafka-frames.js';
import { besidePlain, plainMicros } from './yardstick/plain.js';
import { report } from './yardstick/report.js';

const rows = Number(process.env['BENCH_ROWS'] ?? 2_000_000);
const portBase = Number(process.env['BENCH_KAFKA_PORT'] ?? 47_810);
const partitions = 4;
const accounts = 1_400;
const turns = 3;
const topic = `bench-score-${systemClock.now()}`;

const missing = await whyNoKafkaTests(process.env);
if (missing === undefined) await main();

async function main(): Promise<void> {
  const kafka = await kafkaForTests(process.env, portBase);
  try {
    const options = { brokers: kafka.brokers, clientId: 'vigie-bench', clock: systemClock };
    await createTopics(options, { [topic]: { partitions } });
    const log = await openKafkaLog(options);
    const believing = await openKafkaLog(signed(options));
    const given = await preload(believing, { topic, partitions, rows }, (index) => {
      const account = (index * 7919) % accounts;
      return { partition: account % partitions, line: lineOf(index, account) };
    });
    report.note(`${rows} rows in ${given.frames} frames over ${partitions} partitions of a real Kafka`);
    await read(log, 'warm-up', given, judging());
    const plain = await read(log, 'reading alone', given, () => {});
    // In turns, and the best of each: other work on the machine comes and goes.
    const judgedRuns: Reading[] = [];
    const verifiedRuns: Reading[] = [];
    for (let turn = 1; turn <= turns; turn += 1) {
      judgedRuns.push(await read(log, `reading and judging, ${turn}`, given, judging()));
      verifiedRuns.push(await read(believing, `reading, verifying and judging, ${turn}`, given, judging()));
    }
    const [judged, verified] = [bestOf(judgedRuns), bestOf(verifiedRuns)];
    report.figure('reading and judging', (rows * 1000) / judged.ms, 'rows/s', { atLeast: 400_000 });
    report.ratio('reading and judging', judged.ms / plain.ms, 'the time of reading alone');
    report.ratio(
      'reading, verifying and judging',
      verified.cpuMicroseconds / judged.cpuMicroseconds,
      'the processor time of reading and judging',
    );
    besidePlain('reading and judging', judged.cpuMicroseconds, plainMicros(given.sample, undefined));
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

/** The same log with frames that are signed by a key of this run, as deployed services sign and verify them. */
function signed(options: KafkaOptions): KafkaOptions {
  const VIGIE_FRAME_KEYS = `bench=${randomBytes(32).toString('base64')}`;
  const signing = kafkaSigning(
    { VIGIE_DATA_DIR: '', VIGIE_FRAME_KEYS, VIGIE_FRAMES_SIGNED_SINCE: undefined },
    { clock: systemClock, log: silentLog },
  );
  if (!signing) throw new Error('a key of frames was given, and nothing signs');
  return { ...options, signing };
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
