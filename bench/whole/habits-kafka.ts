/**
 * What habits cost a scorer that reads a real Kafka: the pack with a model that has learned two weeks of its accounts beside the pack's fixed rules alone, over the same
 * rows of two days, by the processor time of all threads. `KAFKA_BROKERS`, or a Kafka that is started here.
 */
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import { openKafkaLog } from '#libs/event-log/kafka/kafka-log.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import type { Frame, TopicPartition } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { fixedRulesOf, learnedHabits } from '../packs/learned-habits.js';
import { packOptions } from '../packs/pack.js';
import { bestOf, preload, type Preloaded, read, type Reading } from '../process/kafka-frames.js';
import { firstOfTwoDays, twoDays } from '../rows/two-days.js';
import { report } from '../yardstick/report.js';

const rows = Number(process.env['BENCH_ROWS'] ?? 400_000);
const portBase = Number(process.env['BENCH_KAFKA_PORT'] ?? 47_820);
const partitions = 4;
const turns = 4;
/** Days that are given at a time, as the scorer takes them. */
const daysAtOnce = 200;

const missing = await whyNoKafkaTests(process.env);
if (missing === undefined) await main();
else report.note(`not run: ${missing}`);

async function main(): Promise<void> {
  const pack = await packOptions();
  const kafka = await kafkaForTests(process.env, portBase);
  try {
    for (const accounts of [1_400, 20_000]) await beside(pack, accounts, kafka.brokers);
  } finally {
    await kafka.stop();
  }
}

async function beside(pack: EngineOptions, accounts: number, brokers: readonly string[]): Promise<void> {
  const options = { brokers: [...brokers], clientId: 'vigie-bench', clock: systemClock };
  const topic = `bench-habits-${accounts}-${systemClock.now()}`;
  await createTopics(options, { [topic]: { partitions } });
  const log = await openKafkaLog(options);
  const given = await filled();
  const model = learnedHabits(pack.rules, accounts);
  const fixed = { ...pack, rules: fixedRulesOf(pack.rules) };
  const ways = new Map([
    ['reading alone', () => () => {}],
    ['fixed rules', () => judging(fixed)],
    ['with habits', () => judging({ ...pack, habits: model })],
  ]);
  const runs = new Map<string, Reading[]>();
  // In turns, and the best of each but the first: other work on the machine comes and goes.
  for (let turn = 0; turn <= turns; turn += 1)
    for (const [what, take] of ways) {
      const name = `${accounts} accounts, ${what}, ${turn === 0 ? 'warm-up' : turn}`;
      const reading = await read(log, name, given, take());
      if (turn > 0) runs.set(what, [...(runs.get(what) ?? []), reading]);
    }
  await log.close();
  const micros = (what: string) => bestOf(runs.get(what) ?? []).cpuMicroseconds;
  const fixedAlone = 'its processor time by the fixed rules alone';
  const of = micros('fixed rules');
  report.ratio(`${accounts} accounts, the scorer with habits`, micros('with habits') / of, fixedAlone, { atMost: 1.15 });
  report.ratio(`${accounts} accounts, reading alone`, micros('reading alone') / of, fixedAlone);

  async function filled(): Promise<Preloaded> {
    const all = twoDays(accounts, rows)[Symbol.iterator]();
    return preload(log, { topic, partitions, rows }, () => {
      const { value } = all.next();
      return { partition: value.account % partitions, line: value.line };
    });
  }
}

function judging(options: EngineOptions): (at: TopicPartition, frame: Frame) => void {
  const engines = Array.from({ length: partitions }, () => new Engine(options));
  return ({ partition }, frame) => {
    const engine = engines[partition];
    engine?.apply(frame, firstOfTwoDays);
    engine?.takeChanges({ includeUpdates: false });
    engine?.takeDays(daysAtOnce);
  };
}
