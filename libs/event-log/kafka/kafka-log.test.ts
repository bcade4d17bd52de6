import { describe, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { describeEventLog } from '../contract.suite.js';
import { createTopics } from './topics/create-topics.js';
import { openKafkaLog } from './kafka-log.js';

const reason = await whyNoKafkaTests(process.env);
const portBase = await freePortBase();

if (reason === undefined)
  describeEventLog('Kafka', async () => {
    const kafka = await kafkaForTests(process.env, portBase);
    const options = { brokers: kafka.brokers, clientId: 'vigie-test', clock: systemClock, sessionTimeoutMs: 3000 };
    const run = systemClock.now();
    let made = 0;
    return {
      async createTopic(partitions) {
        made += 1;
        const topic = `contract-${run}-${made}`;
        await createTopics(options, { [topic]: { partitions, replicationFactor: 1 } });
        return topic;
      },
      connect: () => openKafkaLog(options),
      end: () => kafka.stop(),
      whereabouts: { brokers: kafka.brokers },
    };
  });
else describe.skip(`Kafka event log (${reason})`, () => it('keeps the promises of the port', () => {}));
