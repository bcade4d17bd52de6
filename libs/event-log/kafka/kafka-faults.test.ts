import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { type Admin } from 'kafkajs';
import { systemClock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { KafkaCluster } from '#libs/testkit/kafka/kafka-cluster.js';
import { whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { joinAs, Recorder, until } from '../contract-tools.js';
import type { EventLog } from '../port.js';
import { createTopics } from './topics/create-topics.js';
import { openKafkaLog } from './kafka-log.js';

// Brokers are killed here: always a cluster of our own, never one that KAFKA_BROKERS names.
const reason = await whyNoKafkaTests({ CI: process.env['CI'] });
const topic = 'faults';
const partitions = 6;

const suite = reason === undefined ? describe : describe.skip;
suite(`Kafka faults${reason === undefined ? '' : ` (${reason})`}`, () => {
  let cluster: KafkaCluster;
  let log: EventLog;
  let admin: Admin;
  const options = () => ({ brokers: cluster.brokers, clientId: 'vigie-faults', clock: systemClock, sessionTimeoutMs: 3000 });

  beforeAll(async () => {
    cluster = await KafkaCluster.start({ brokers: 3, portBase: await freePortBase() });
    await createTopics(options(), { [topic]: { partitions }, gone: { partitions: 1 } });
    log = await openKafkaLog(options());
    admin = new kafkajs.Kafka({ brokers: [...cluster.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    // One for each broker, which dies with it.
    const replicaAssignment = cluster.brokerIds.map((id, partition) => ({ partition, replicas: [id] }));
    await admin.createTopics({ topics: [{ topic: 'others', replicaAssignment }] });
  });
  afterAll(async () => {
    await admin.disconnect();
    await log.close();
    await cluster.stop();
  });

  it('T-35 an unknown topic fails the start, and is not created', async () => {
    await expect(joinAs(log, 'typo', 'fautls', new Recorder())).rejects.toThrow(/no topic fautls/);
    await expect(log.append({ topic: 'fautls', partition: 0 }, Buffer.from('x'))).rejects.toThrow(/no topic fautls/);
    expect(await admin.listTopics()).not.toContain('fautls');
  });

  it('T-28 a committed offset that the log does not hold any more stops the member, and says so', async () => {
    const at = { topic: 'gone', partition: 0 };
    for (let i = 0; i < 10; i += 1) await log.append(at, Buffer.from(`${i}`));
    await admin.setOffsets({ groupId: 'late', topic: 'gone', partitions: [{ partition: 0, offset: '2' }] });
    await admin.deleteTopicRecords({ topic: 'gone', partitions: [{ partition: 0, offset: '5' }] });
    const recorder = new Recorder();
    const membership = await joinAs(log, 'late', 'gone', recorder);
    await expect(membership.ended).rejects.toThrow(/from offset 2, but Kafka holds 5 to 10/);
    expect(recorder.seen).toEqual([]);
    const atLow = new Recorder();
    await admin.setOffsets({ groupId: 'on-time', topic: 'gone', partitions: [{ partition: 0, offset: '5' }] });
    const second = await joinAs(log, 'on-time', 'gone', atLow);
    await until('the rest', () => atLow.seen.length === 5);
    await second.leave();
  });

  it('T-19, T-20 no acknowledged frame is lost, nor order within a partition, when a leader is killed', async () => {
    const acked = new Map<string, number>();
    /** Frames of each partition that were acknowledged since the leader was killed. */
    const since = new Map<number, number>();
    let isKilled = false;
    const isServedAgain = () => Array.from({ length: partitions }, (_, n) => since.get(n) ?? 0).every((n) => n >= 50);
    let refused = 0;
    let frame = 0;
    const append = async (partition: number) => {
      while (!isServedAgain()) {
        const text = `${partition} ${(frame += 1)}`;
        try {
          acked.set(text, await log.append({ topic, partition }, Buffer.from(text)));
          if (isKilled) since.set(partition, (since.get(partition) ?? 0) + 1);
        } catch (cause) {
          if (!(cause instanceof Transient)) throw cause;
          refused += 1;
        }
      }
    };
    const appending = Promise.all(Array.from({ length: partitions }, (_, partition) => append(partition)));
    await until('some frames', () => acked.size > 200);
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const leader = topics[0]?.partitions[0]?.leader ?? 1;
    await cluster.killBroker(leader);
    isKilled = true;
    await appending;
    const recorder = new Recorder();
    const membership = await joinAs(log, 'auditor', topic, recorder);
    const missing = () => {
      const seen = new Set(recorder.texts());
      return [...acked.keys()].filter((text) => !seen.has(text));
    };
    const counted = async () => (await membership.positions()).every(({ next, end }) => next === end);
    await until('everything read', async () => heldAll(recorder) && (await counted()));
    expect(missing()).toEqual([]);
    for (const { text, partition, offset } of recorder.seen)
      if (acked.get(text) === offset) expect(text.startsWith(`${partition} `)).toBe(true);
    const found = new Map(recorder.seen.map(({ text, offset, partition }) => [`${partition}/${offset}`, text]));
    for (const [text, offset] of acked) expect(found.get(`${text.split(' ')[0]}/${offset}`)).toBe(text);
    process.stderr.write(`leader ${leader} killed: ${acked.size} frames acknowledged, ${refused} refused, none lost\n`);
    await membership.leave();
  });

  it('a partition of somebody else that nobody leads, and a topic that is deleted, hold up nothing but themselves', async () => {
    await until('a partition without a leader', async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: ['others'] });
      return topics[0]?.partitions.some(({ leader }) => leader < 0) ?? false;
    });
    const other = await openKafkaLog(options());
    await other.append({ topic: 'gone', partition: 0 }, Buffer.from('x'));
    await admin.deleteTopics({ topics: ['gone'] });
    await expect(other.append({ topic: 'gone', partition: 0 }, Buffer.from('x'))).rejects.toThrow(/: gone$/);
    // Asks for both topics once more.
    await other.append({ topic, partition: 0 }, Buffer.from('x'));
    await other.close();
  });
});

function heldAll({ events }: Recorder): boolean {
  return events.filter((event) => event.startsWith('assigned')).length >= partitions;
}
