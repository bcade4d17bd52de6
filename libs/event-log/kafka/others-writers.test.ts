import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { systemClock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type KafkaForTests, kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { Recorder, until } from '../contract-tools.js';
import type { Membership } from '../port.js';
import { consumerSource, kafkaClient, type KafkaOptions } from './client.js';
import { Offsets } from './offsets.js';
import { KafkaMember } from './kafka-member.js';
import { openKafkaLog } from './kafka-log.js';
import { createTopics } from './topics/create-topics.js';

const reason = await whyNoKafkaTests(process.env);
const suite = reason === undefined ? describe : describe.skip;

suite(`topics as others write and keep them, on a real Kafka${reason === undefined ? '' : ` (${reason})`}`, () => {
  let kafka: KafkaForTests;
  let admin: Admin;
  let made = 0;
  const health = new Health();
  const members: Membership[] = [];
  const producers: Producer[] = [];
  const options = (): KafkaOptions => ({
    brokers: kafka.brokers,
    clientId: `vigie-reader-${made}`,
    clock: systemClock,
    sessionTimeoutMs: 6000,
    stuckMs: 1000,
    health,
  });

  beforeAll(async () => {
    kafka = await kafkaForTests(process.env, await freePortBase());
    admin = kafkaClient(options()).admin();
    await admin.connect();
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.leave()));
    await Promise.all([admin, ...producers].map((client) => client.disconnect()));
    await kafka.stop();
  });

  const makeTopic = async (config: Readonly<Record<string, string>> = {}): Promise<string> => {
    const topic = `others-${systemClock.now()}-${(made += 1)}`;
    await createTopics(options(), { [topic]: { partitions: 1, replicationFactor: 1, config } });
    return topic;
  };
  /** Until the broker tells of them: a producer that asked before leaves out, without a word, what is for a partition that it does not know. */
  const morePartitions = async (topic: string, count: number): Promise<void> => {
    await admin.createPartitions({ topicPartitions: [{ topic, count }] });
    const partitions = async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length;
    await until('all partitions', async () => (await partitions()) === count);
  };
  /** One record to each partition; a broker that has a partition only just made refuses some, and the producer then writes the others twice. */
  const writeToEach = async (topic: string, count: number) => {
    const messages = Array.from({ length: count }, (_, partition) => ({ partition, value: `of ${partition}` }));
    await (await producerOf()).send({ topic, messages });
  };
  /** The project's own way of writing is not what is looked at. */
  const producerOf = async (transactionalId?: string): Promise<Producer> => {
    const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer(transactionalId ? { transactionalId, idempotent: true, maxInFlightRequests: 1 } : {});
    await producer.connect();
    producers.push(producer);
    return producer;
  };
  const reading = async (topic: string, bend: Recorder['bend'] = {}) => {
    const given = options();
    const recorder = new Recorder(bend);
    const settings = { group: `read-${topic}`, topics: [topic], batchBytesMax: 1 << 20, foreign: true } as const;
    const member = await KafkaMember.join(consumerSource(given), admin, given, settings, recorder);
    recorder.membership = member;
    members.push(member);
    member.ended.catch(() => {});
    return { member, recorder };
  };

  it('whose last record is the mark of a transaction are read to their end, and nobody is thought to starve', async () => {
    const topic = await makeTopic();
    const producer = await producerOf(topic);
    const within = async (end: 'commit' | 'abort', ...values: readonly string[]) => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: values.map((value) => ({ value })) });
      await transaction[end]();
    };
    await within('commit', 'one', 'two');
    await within('abort', 'taken back');
    await within('commit', 'three');
    await within('abort', 'taken back as well');
    const { member, recorder } = await reading(topic);
    await until('the end', async () => (await member.positions()).every(({ end, next }) => end === 9 && next === end));
    expect(recorder.texts()).toEqual(['one', 'two', 'three']);
    await within('commit', 'four');
    await until('the end', async () => (await member.positions()).every(({ end, next }) => end === 11 && next === end));
    expect(recorder.texts()).toEqual(['one', 'two', 'three', 'four']);
  });

  it('that are made anew while they are read are read from their beginning', async () => {
    const topic = await makeTopic();
    const producer = await producerOf();
    const write = (...values: readonly string[]) => producer.send({ topic, messages: values.map((value) => ({ value })) });
    await write('one', 'two', 'three');
    const { recorder } = await reading(topic);
    await until('all of the old ones', () => recorder.seen.length === 3);
    const offsets = new Offsets(admin, systemClock, `read-${topic}`);
    const before = await offsets.topicId(topic);
    await admin.deleteTopics({ topics: [topic] });
    await until('no such topic', async () => !(await admin.listTopics()).includes(topic));
    await createTopics(options(), { [topic]: { partitions: 1, replicationFactor: 1 } });
    await until('written', () =>
      write('four').then(
        () => true,
        () => false,
      ),
    );
    await until('what is new', () => recorder.seen.length >= 4);
    expect(recorder.seen.at(-1)).toMatchObject({ offset: 0, text: 'four' });
    const after = await offsets.topicId(topic);
    expect([before, after]).toEqual([expect.stringMatching(/^[\w-]{22}$/), expect.stringMatching(/^[\w-]{22}$/)]);
    expect(after).not.toBe(before);
  });

  /** Records 2 and 3 of five are gone, and two are read and committed. */
  const withGap = async (): Promise<string> => {
    const topic = await makeTopic();
    const producer = await producerOf();
    const write = (...values: readonly string[]) => producer.send({ topic, messages: values.map((value) => ({ value })) });
    await write('one', 'two');
    const { member, recorder } = await reading(topic);
    await until(
      'all',
      async () => recorder.seen.length === 2 && (await member.positions()).every(({ committed }) => committed === 2),
    );
    await member.leave();
    await write('three', 'four', 'five');
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
    return topic;
  };

  it('whose records go before they are read end the reading with their offsets, and what is committed stays', async () => {
    const topic = await withGap();
    const { member: next } = await reading(topic);
    await expect(next.ended).rejects.toThrow(/from offset 2, but Kafka holds 4 to 5/);
    const [{ partitions } = { partitions: [] }] = await admin.fetchOffsets({ groupId: `read-${topic}`, topics: [topic] });
    expect(partitions).toMatchObject([{ partition: 0, offset: '2' }]);
  });

  it('whose records go before they are read are read on by whoever takes note of it', async () => {
    const noted: unknown[] = [];
    const { recorder } = await reading(await withGap(), { missing: async (_, what) => void noted.push(what) });
    await until('what is left', () => recorder.seen.length === 1);
    expect(recorder.seen).toMatchObject([{ offset: 4, text: 'five' }]);
    expect(noted).toEqual([{ wanted: 2, start: 4, end: 5 }]);
    expect(health.report('live')).toEqual({ ok: true, checks: {} });
  });

  it('that get more partitions are read by all of them, and no operator is asked whether accounts may be placed anew', async () => {
    const topic = await makeTopic();
    const directory = await mkdtemp(join(tmpdir(), 'vigie-partitions-'));
    const settings = { group: `read-${topic}`, topics: [topic], batchBytesMax: 1 << 20, foreign: true } as const;
    const layout = { file: join(directory, 'partitions.json'), groups: [] };
    const before = await openKafkaLog({ ...options(), layout });
    await (await before.join(settings, new Recorder())).leave();
    await before.close();
    await morePartitions(topic, 3);
    const own = new Health();
    const log = await openKafkaLog({ ...options(), health: own, layout });
    const recorder = new Recorder();
    const member = await log.join(settings, recorder);
    await writeToEach(topic, 3);
    await readFromEach(recorder, 3);
    expect(own.report('ready')).toMatchObject({ ok: true });
    await member.leave();
    await log.close();
    await rm(directory, { recursive: true });
  });

  it('that get more partitions while they are read are read by all of them, before the client would look by itself', async () => {
    const topic = await makeTopic();
    const { recorder } = await reading(topic);
    await morePartitions(topic, 3);
    await writeToEach(topic, 3);
    await readFromEach(recorder, 3);
  });

  it.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'])('whose broker packs by %s are read', async (packing) => {
    const topic = await makeTopic({ 'compression.type': packing });
    const producer = await producerOf();
    const values = Array.from({ length: 300 }, (_, number) => `${number} ${'read a record '.repeat(number)}`);
    await producer.send({ topic, messages: values.map((value) => ({ value })) });
    const { recorder } = await reading(topic);
    await until('all', () => recorder.seen.length >= values.length);
    expect(recorder.texts()).toEqual(values);
  });
});

/** Until each partition has been read; whatever was written is read once. */
async function readFromEach({ seen }: Recorder, count: number): Promise<void> {
  await until('some of each', () => new Set(seen.map(({ text }) => text)).size === count);
  expect(seen.map(({ partition, text }) => text === `of ${partition}`)).not.toContain(false);
  expect(new Set(seen.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(seen.length);
}
