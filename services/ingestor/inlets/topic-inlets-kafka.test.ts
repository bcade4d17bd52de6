import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
      const takePlaced: HandOver['takePlaced'] = async (placed) => {
        for await (const { item } of placed) taken.push(item.original);
      };
      const read = () => {
        const source = { source: 'dpi', groupId: 'helix', authority: 'group', reading: plainReading, detects: false, topic };
        return new TopicInlets({
          eventLog: log,
          handOver: { takePlaced } as unknown as HandOver,
          sources: () => ({ file: { sources: [source] } }) as unknown as SourcesInUse,
          clock: systemClock,
          metrics: new Metrics('ingestor'),
          log: silentLog,
        });
      };
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
  },
);
