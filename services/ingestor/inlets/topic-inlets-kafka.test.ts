import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import type { EventLog } from '#libs/event-log/port.js';
import { until } from '#libs/event-log/contract-tools.js';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { openKafkaLog } from '#libs/event-log/kafka/kafka-log.js';
import { plainReading } from '#libs/formats/input-format.js';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import type { SourcesInUse } from '#libs/sources/sources-in-use.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type KafkaForTests, kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import type { HandOver } from './hand-over.js';
import { TopicInlets } from './topic-inlets.js';

const reason = await whyNoKafkaTests(process.env);
const topic = 'raw.dpi';
let kafka: KafkaForTests;
beforeAll(async () => {
  if (reason === undefined) kafka = await kafkaForTests(process.env, await freePortBase());
});
afterAll(async () => kafka?.stop());

(reason === undefined ? describe : describe.skip)(
  `topics of sources on Kafka${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    it('are read from their beginning, and go on behind what was committed', async () => {
      const options = { brokers: kafka.brokers, clientId: 'vigie-test', clock: systemClock, sessionTimeoutMs: 6000 };
      await createTopics(options, { [topic]: { partitions: 1, replicationFactor: 1 } });
      const log = await openKafkaLog(options);
      const write = (text: string) => log.append({ topic, partition: 0 }, Buffer.from(text));
      await write('one');
      await write('two');
      const taken: unknown[] = [];
      const read = () => reading(log, topic, taken);
      const first = read();
      await first.apply();
      await until('both records', () => taken.length === 2);
      await first.close();
      await write('three');
      const second = read();
      await second.apply();
      await until('the third record', () => taken.length >= 3);
      await second.close();
      expect(taken).toMatchObject([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
      await log.close();
    });

    it('are taken as their producer has committed them: what was aborted is nobody’s, and what comes behind it is read', async () => {
      const topicOfProducer = 'raw.transactions';
      const options = { brokers: kafka.brokers, clientId: 'vigie-test', clock: systemClock, sessionTimeoutMs: 6000 };
      await createTopics(options, { [topicOfProducer]: { partitions: 1, replicationFactor: 1 } });
      const producer = new Kafka({ brokers: [...kafka.brokers], clientId: 'dpi', logLevel: logLevel.NOTHING }).producer({
        transactionalId: 'dpi', maxInFlightRequests: 1, idempotent: true,
      });
      await producer.connect();
      const inOne = async (texts: readonly string[], isKept: boolean) => {
        const transaction = await producer.transaction();
        await transaction.send({ topic: topicOfProducer, messages: texts.map((value) => ({ value })) });
        await (isKept ? transaction.commit() : transaction.abort());
      };
      await inOne(['kept 1'], true);
      await inOne(['aborted 1', 'aborted 2'], false);
      for (let turn = 0; turn < 20; turn += 1) await inOne([`aborted again ${turn}`], false);
      const log = await openKafkaLog(options);
      const taken: { readonly text?: string }[] = [];
      const inlets = reading(log, topicOfProducer, taken);
      await inlets.apply();
      await until('the first', () => taken.length === 1);
      await inOne(['kept 2', 'kept 3'], true);
      await until('what came behind', () => taken.length >= 3);
      await inlets.close();
      const again: { readonly text?: string }[] = [];
      const second = reading(log, topicOfProducer, again);
      await second.apply();
      await inOne(['kept 4'], true);
      await until('the last', () => again.length >= 1);
      await second.close();
      expect([...taken, ...again].map(({ text }) => text)).toEqual(['kept 1', 'kept 2', 'kept 3', 'kept 4']);
      await producer.disconnect();
      await log.close();
    }); // prettier-ignore
  },
);

function reading(eventLog: EventLog, from: string, taken: unknown[]): TopicInlets {
  const takePlaced: HandOver['takePlaced'] = async (placed) => {
    for await (const { item } of placed) taken.push(item.original);
  };
  const source = { source: 'dpi', groupId: 'helix', authority: 'group', reading: plainReading, detects: false, topic: from };
  return new TopicInlets({
    eventLog,
    handOver: { takePlaced } as unknown as HandOver,
    sources: () => ({ file: { sources: [source] } }) as unknown as SourcesInUse,
    clock: systemClock,
    metrics: new Metrics('ingestor'),
    log: silentLog,
  });
}
