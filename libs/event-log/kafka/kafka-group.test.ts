import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { systemClock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type KafkaForTests, kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { Recorder, until } from '../contract-tools.js';
import { consumerSource, kafkaClient, type KafkaOptions } from './client.js';
import { describeTopics } from './topics/admin.js';
import { alterTopics } from './topics/alter-topics.js';
import { createTopics } from './topics/create-topics.js';
import { retentionSettings } from './topics/topic-needs.js';
import { agreementOf } from './group-view.js';
import { KafkaMember } from './kafka-member.js';
import { openKafkaLog } from './kafka-log.js';
import { Offsets } from './offsets.js';

const reason = await whyNoKafkaTests(process.env);
const suite = reason === undefined ? describe : describe.skip;
const partitions = 4;

suite(`a group of a real Kafka${reason === undefined ? '' : ` (${reason})`}`, () => {
  let kafka: KafkaForTests;
  let admin: Admin;
  const topic = `group-${systemClock.now()}`;
  const options = (clientId: string): KafkaOptions => ({
    brokers: kafka.brokers,
    clientId,
    clock: systemClock,
    sessionTimeoutMs: 3000,
    memberIds: new Set(),
  });
  const membersOf = async (group: string) => (await new Offsets(admin, systemClock, group).group()).members;
  const join = (group: string, clientId: string, recorder: Recorder) =>
    KafkaMember.join(
      consumerSource(options(clientId)),
      admin,
      options(clientId),
      { group, topics: [topic], batchBytesMax: 1 << 20 },
      recorder,
    );

  beforeAll(async () => {
    kafka = await kafkaForTests(process.env, await freePortBase());
    await createTopics(options('maker'), { [topic]: { partitions, replicationFactor: 1 } });
    admin = kafkaClient(options('asker')).admin();
    await admin.connect();
  });
  afterAll(async () => {
    await admin.disconnect();
    await kafka.stop();
  });

  it('the coordinator tells our member by its client id, and what it is assigned', async () => {
    const group = `told-${systemClock.now()}`;
    const member = await join(group, 'vigie-here', new Recorder());
    const [told] = await membersOf(group);
    expect(told).toMatchObject({ clientId: 'vigie-here', partitions: [0, 1, 2, 3].map((partition) => `${topic}/${partition}`) });
    const own = { clientId: 'vigie-here', memberIds: new Set([told?.memberId ?? '']), memberId: told?.memberId ?? '' };
    const served = new Set((await member.positions()).map((at) => `${at.topic}/${at.partition}`));
    expect(agreementOf(await new Offsets(admin, systemClock, group).group(), { ...own, served })).toEqual({ kind: 'agrees' });
    await member.leave();
    expect(await membersOf(group)).toEqual([]);
  });

  it('a consumer whose connections are cut loses its partitions to the others, whatever the client does', async () => {
    const group = `cut-${systemClock.now()}`;
    const source = consumerSource(options('vigie-cut'));
    // It would begin anew for ever, after the end of the test too.
    const retry = { restartOnFailure: async () => false };
    const ghost = source.consumer({ groupId: group, sessionTimeout: 3000, heartbeatInterval: 500, retry });
    await ghost.connect();
    await ghost.subscribe({ topics: [topic] });
    const joined = new Promise<void>((resolve) => void ghost.on(ghost.events.GROUP_JOIN, () => resolve()));
    await ghost.run({ eachBatch: async () => {} });
    await joined;
    ghost.cut?.();
    const recorder = new Recorder();
    const member = await join(group, 'vigie-here', recorder);
    await until('all partitions', () => recorder.events.length >= partitions);
    await until('alone', async () => (await membersOf(group)).length === 1);
    await member.leave();
    await ghost.disconnect();
  });

  it('a stop that falls into the first join leaves no member behind', async () => {
    for (let i = 0; i < 5; i += 1) {
      const group = `early-${i}-${systemClock.now()}`;
      const stop = new AbortController();
      const settings = { group, topics: [topic], batchBytesMax: 1 << 20, signal: stop.signal };
      const joining = KafkaMember.join(
        consumerSource(options('vigie-early')),
        admin,
        options('vigie-early'),
        settings,
        new Recorder(),
      );
      joining.then((member) => member.leave()).catch(() => {});
      await systemClock.sleep(i * 40);
      stop.abort();
      await joining.then(
        () => {},
        () => {},
      );
      await until('nobody is left', async () => (await membersOf(group)).length === 0);
    }
  });

  it('topics get another retention, keep what else was set on them, and nothing changes where only asked for', async () => {
    const name = `kept-${systemClock.now()}`;
    await createTopics(options('maker'), { [name]: { partitions: 2, replicationFactor: 1, config: { 'flush.ms': '12345' } } });
    const wanted = {
      [name]: retentionSettings(name, { retentionMs: 90_000_000, bytes: 2_000_000 }, 2),
      none: { 'retention.ms': '1' },
    };
    const described = async () => (await describeTopics(options('maker'), [name, 'none']))[0];
    const before = await described();
    const shown = await alterTopics(options('maker'), wanted, { only: true });
    expect(shown.map(({ setting, to }) => [setting, to])).toEqual([
      ['retention.ms', '90000000'],
      ['retention.bytes', '1000000'],
      ['segment.ms', '22500000'],
    ]);
    expect(await described()).toEqual(before);
    expect(await alterTopics(options('maker'), wanted)).toEqual(shown);
    // A broker that has not heard of the change yet still tells the old settings.
    await until('the settings are told', async () => (await described())?.settings['retention.ms'] === '90000000');
    const settings = {
      'retention.ms': '90000000',
      'retention.bytes': '1000000',
      'flush.ms': '12345',
      'message.timestamp.type': 'LogAppendTime',
    };
    expect(await described()).toMatchObject({ topic: name, partitions: 2, copies: 1, settings });
    expect(await alterTopics(options('maker'), wanted)).toEqual([]);
  });

  it('topics that brokers will not make or change are named with what is wrong with them', async () => {
    const name = `refused-${systemClock.now()}`;
    const wanted = { replicationFactor: 1, config: { 'retention.ms': 'for ever' } };
    await expect(createTopics(options('maker'), { [name]: wanted })).rejects.toThrow(
      new RegExp(`${name}: Invalid value for ever`),
    );
    await createTopics(options('maker'), { [name]: { partitions: 1, replicationFactor: 1 } });
    await expect(alterTopics(options('maker'), { [name]: { 'retention.ms': 'for ever' } })).rejects.toThrow(
      new RegExp(`${name}: Invalid value for ever`),
    );
  });

  it('commits remember over how many partitions accounts are placed, for whoever starts on another host', async () => {
    const name = `grown-${systemClock.now()}`;
    await createTopics(options('maker'), { [name]: { partitions: 2, replicationFactor: 1 } });
    const group = `grown-${systemClock.now()}`;
    const layout = { groups: [group] };
    const log = await openKafkaLog({ ...options('vigie-old'), layout });
    await log.append({ topic: name, partition: 1 }, Buffer.from('row\n'));
    const recorder = new Recorder();
    recorder.membership = await log.join({ group, topics: [name], batchBytesMax: 1 << 20 }, recorder);
    await until('committed', async () =>
      ((await recorder.membership?.positions()) ?? []).some(({ committed }) => committed === 1),
    );
    await recorder.membership.leave();
    await log.close();
    await admin.createPartitions({ topicPartitions: [{ topic: name, count: 6 }] });
    const health = new Health();
    const other = await openKafkaLog({ ...options('vigie-new'), layout, health });
    await until('Kafka shows them', async () => {
      expect(await other.partitions(name)).toBe(2);
      return health.parts().some(([, away]) => away);
    });
    expect(health.report('ready').checks['grown topics']).toMatch(/has 6 partitions now, and accounts are placed over 2/);
    await expect(other.append({ topic: name, partition: 5 }, Buffer.from('row\n'))).rejects.toThrow(/it has 2/);
    await other.close();
  });
});
