import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { until } from '#libs/event-log/contract-tools.js';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type KafkaForTests, kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { openKafkaLog } from '../kafka-log.js';
import { createTopics } from '../topics/create-topics.js';

const reason = await whyNoKafkaTests(process.env);
const topic = 'raw.transactions';
let kafka: KafkaForTests;
beforeAll(async () => {
  if (reason === undefined) kafka = await kafkaForTests(process.env, await freePortBase());
});
afterAll(async () => kafka?.stop());

(reason === undefined ? describe : describe.skip)(
  `transactions of a producer${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    it('are read as they were committed: what was aborted is nobody’s, and what comes behind it is read', async () => {
      const options = { brokers: kafka.brokers, clientId: 'vigie-test', clock: systemClock, sessionTimeoutMs: 6000 };
      await createTopics(options, { [topic]: { partitions: 1, replicationFactor: 1 } });
      const client = new Kafka({ brokers: [...kafka.brokers], clientId: 'dpi', logLevel: logLevel.NOTHING });
      const producer = client.producer({ transactionalId: 'dpi', maxInFlightRequests: 1, idempotent: true });
      await producer.connect();
      const inOne = async (texts: readonly string[], isKept: boolean) => {
        const transaction = await producer.transaction();
        await transaction.send({ topic, messages: texts.map((value) => ({ value })) });
        await (isKept ? transaction.commit() : transaction.abort());
      };
      await inOne(['kept 1'], true);
      for (let turn = 0; turn < 20; turn += 1) await inOne([`aborted ${turn}`, `aborted too ${turn}`], false);
      const log = await openKafkaLog(options);
      const taken: string[] = [];
      const join = async () => {
        const membership = await log.join(
          {
            group: 'vigie-ingestor-raw',
            topics: [topic],
            batchBytesMax: 1024 * 1024,
            foreign: true,
            signal: new AbortController().signal,
          },
          {
            assigned: async () => 'committed',
            frames: async (at, frames) => {
              taken.push(...frames.map(({ bytes }) => bytes.toString()));
              await membership.commit(at, (frames.at(-1)?.offset ?? -1) + 1);
            },
            poison: async () => {},
            revoked: async () => {},
          },
        );
        return membership;
      };
      const first = await join();
      await until('the first', () => taken.length === 1);
      await inOne(['kept 2', 'kept 3'], true);
      await until('what came behind', () => taken.length >= 3);
      await first.leave();
      await inOne(['aborted at last'], false);
      const second = await join();
      await inOne(['kept 4'], true);
      await until('the last', () => taken.length >= 4);
      await second.leave();
      expect(taken).toEqual(['kept 1', 'kept 2', 'kept 3', 'kept 4']);
      await producer.disconnect();
      await log.close();
    });
  },
);
