import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { settle } from '#libs/testkit/fake-clock.js';
import type { Missing } from '../port.js';
import { begin, FakeBroker, joined, type Life, strangerOfOurs, topic } from './consumer-life.fixture.js';

const connectionLost = () => new kafkajs.KafkaJSConnectionError('connection lost');
const retriesExceeded = () =>
  new kafkajs.KafkaJSNumberOfRetriesExceeded(new Error('no coordinator'), { retryCount: 8, retryTime: 1000 });

/** What must hold after every life, whatever happened in it: one member, all partitions served, and everything green. */
async function expectWhole({ broker, recorder, health, outcome }: Life): Promise<void> {
  expect(broker.members).toEqual([broker.last]);
  expect(outcome).toBe('lives');
  const positions = await recorder.membership?.positions();
  expect(positions?.map(({ partition }) => partition)).toEqual(broker.last.assigned);
  expect(health.report('ready')).toMatchObject({ ok: true });
  for (const partition of broker.last.assigned) {
    const next = broker.last.sought.get(partition) ?? 0;
    await broker.last.frames(partition, next);
    await settle();
    expect(recorder.seen.at(-1)).toMatchObject({ partition, offset: next });
  }
}

/** Everything that can befall a consumer, and how long until the group is whole again without help, in milliseconds. */
const befalls: readonly (readonly [string, number, (life: Life) => unknown])[] = [
  ['the client breaks down on a lost connection', 1000, ({ broker }) => broker.last.crash(connectionLost())],
  ['the client breaks down after all its tries', 1000, ({ broker }) => broker.last.crash(retriesExceeded())],
  ['the client breaks down for a reason of its own', 1000, ({ broker }) => broker.last.crash(new TypeError('undefined'))],
  [
    'the client breaks down, and leaving hangs',
    25_000,
    ({ broker }) => ((broker.last.leaveHangs = true), broker.last.crash(connectionLost())),
  ],
  [
    'the brokers are away for a minute',
    20_000,
    async ({ broker, clock }) => {
      broker.away = true;
      await broker.last.crash(connectionLost());
      await clock.advance(60_000);
      broker.away = false;
    },
  ],
  [
    'the brokers are frozen for two minutes',
    30_000,
    async ({ broker, clock }) => {
      broker.frozen = true;
      await broker.last.crash(connectionLost());
      await clock.advance(120_000);
      broker.frozen = false;
    },
  ],
  [
    'no frames come although some wait',
    60_000,
    async ({ broker, clock }) => {
      broker.high = 500;
      await clock.advance(36_000);
      broker.high = 0;
    },
  ],
  ['the group gives it another id', 1000, ({ broker }) => broker.last.join({ [topic]: [0, 1] }, 'renamed')],
  [
    'partitions go and come back',
    1000,
    ({ broker }) => (broker.last.join({ [topic]: [] }), broker.last.join({ [topic]: [0, 1] })),
  ],
  ['the group forgets it without a word', 40_000, ({ broker }) => void (broker.last.inGroup = false)],
  [
    'a consumer left behind is in the group for a while',
    40_000,
    async ({ broker, clock }) => {
      broker.others = [strangerOfOurs('ghost', [1])];
      await clock.advance(25_000);
      broker.others = [];
    },
  ],
];

describe('the life of a consumer', () => {
  it.each(befalls)('%s: one member again, nothing unserved, and green', async (_, mendMs, befall) => {
    const life = await joined();
    await befall(life);
    await life.clock.advance(mendMs);
    await expectWhole(life);
  });

  it('waits for the first join however long the brokers are away', async () => {
    const broker = new FakeBroker();
    broker.away = true;
    const life = begin(broker);
    await life.clock.advance(3600_000);
    expect(life.outcome).toBe('lives');
    expect(life.health.report('live').ok).toBe(true);
    expect(life.health.report('ready').checks['group vigie-scorer']).toMatch(
      /no member of the group at the moment: .*ECONNREFUSED/,
    );
    broker.away = false;
    await life.clock.advance(20_000);
    await expectWhole(life);
  });

  it('of topics of others leaves its process ready and alive while it can read none, and says so', async () => {
    const broker = new FakeBroker();
    broker.away = true;
    const { clock, health } = begin(broker, {}, { foreign: true });
    await clock.advance(60_000);
    expect(health.report('live')).toEqual({ ok: true, checks: {} });
    const said = { 'group vigie-scorer': expect.stringMatching(/no member of the group at the moment: .*ECONNREFUSED/) };
    expect(health.report('ready')).toMatchObject({ ok: true, checks: said, hint: expect.stringContaining('vigie doctor') });
    expect(health.parts()).toEqual([['group vigie-scorer', true]]);
  });

  it('of topics of others begins at the beginning where one was made anew under its name, while it is read too', async () => {
    const broker = new FakeBroker();
    broker.high = 10;
    broker.commit = { offset: '4', metadata: `topic=${broker.topicId}` };
    const noted: Missing[] = [];
    const { clock } = begin(broker, { missing: async (_at, missing) => void noted.push(missing) }, { foreign: true });
    await clock.advance(1000);
    await settle();
    expect([broker.last.sought.get(0), broker.consumers.length]).toEqual([4, 1]);
    broker.topicId = 'b'.repeat(22);
    await clock.advance(20_000);
    await settle();
    expect([broker.last.sought.get(0), broker.consumers.length]).toEqual([0, 2]);
    expect(noted).toEqual(broker.partitions.map(() => ({ wanted: 4, start: 0, end: 10, anew: true })));
  });

  it('never lets the client start again by itself', async () => {
    const { broker } = await joined();
    expect(await broker.last.config.retry?.restartOnFailure?.(connectionLost())).toBe(false);
  });

  it('asks a consumer to leave only after its first join, for the client forgets what it is asked during it', async () => {
    const stop = new AbortController();
    const broker = new FakeBroker();
    broker.joinsWhenAsked = true;
    const life = begin(broker, {}, { signal: stop.signal });
    await life.clock.advance(1000);
    stop.abort();
    await life.clock.advance(1000);
    broker.last.join({ [topic]: [0, 1] });
    expect(broker.members).toHaveLength(1);
    await life.clock.advance(0);
    expect(broker.members).toEqual([]);
    expect(broker.last.leftInOrder).toBe(true);
    expect(life.recorder.events).toEqual([]);
  });

  it('cuts the connections of a consumer whose first join never ends, so that it can join no more', async () => {
    const stop = new AbortController();
    const broker = new FakeBroker();
    broker.joinsWhenAsked = true;
    const life = begin(broker, {}, { signal: stop.signal });
    await life.clock.advance(1000);
    stop.abort();
    await life.clock.advance(30_000);
    expect(life.outcome).toMatch(/never joined/);
    expect(broker.last.leftInOrder).toBe(false);
    broker.last.join({ [topic]: [0, 1] });
    expect(broker.members).toEqual([]);
    expect(life.clock.waiting).toBe(0);
  });

  it('takes nothing from a consumer that is over', async () => {
    const life = await joined();
    const old = life.broker.last;
    await old.crash(connectionLost());
    await life.clock.advance(1000);
    await old.frames(0, 0, 1, 2);
    old.join({ [topic]: [0, 1] });
    await settle();
    expect(life.recorder.seen).toEqual([]);
  });

  it('ends when new consumers bring no frames either', async () => {
    const life = await joined();
    life.broker.high = 500;
    await life.clock.advance(300_000);
    expect(life.outcome).toMatch(/no frame of accesses\/0 came .* after 3 new consumers/);
    expect(life.health.report('live').ok).toBe(false);
    expect(life.broker.members).toEqual([]);
  });

  it('ends when one partition alone starves, however well the others are fed', async () => {
    const life = await joined();
    life.broker.high = 500;
    for (let offset = 0; offset < 300; offset += 1) {
      await life.clock.advance(1000);
      await life.broker.last.frames(1, life.broker.last.sought.get(1) ?? offset, offset);
    }
    expect(life.outcome).toMatch(/no frame of accesses\/0/);
  });

  it('ends after some breakdowns in a row that trying again does not mend', async () => {
    const life = await joined();
    for (let i = 0; i < 5; i += 1) {
      await life.broker.last.crash(new Error('not authorised'));
      await life.clock.advance(15_000);
    }
    expect(life.outcome).toBe('ended: not authorised');
  });

  it('waits until another application has left its group, and names it meanwhile', async () => {
    const life = await joined();
    const taken = Object.assign(new Error('protocols are incompatible'), { type: 'INCONSISTENT_GROUP_PROTOCOL' });
    life.broker.joinsWhenAsked = true;
    for (let i = 0; i < 8; i += 1) {
      await life.broker.last.crash(taken);
      life.broker.joinsWhenAsked = i < 7;
      await life.clock.advance(30_000);
      const says = life.health.report('ready').checks['group vigie-scorer'];
      if (i < 7) expect(says).toMatch(/another application is in the group vigie-scorer/);
    }
    await expectWhole(life);
  });

  it.each(['NOT_COORDINATOR_FOR_GROUP', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])(
    'makes the consumer anew when it beats for its member and its commits are refused with %s and no join comes',
    async (refusal) => {
      const life = await joined();
      const [first] = life.broker.consumers;
      life.broker.refuses.set('member-1', refusal);
      await first?.frames(0, 0);
      await life.clock.advance(40_000);
      expect(life.broker.consumers).toHaveLength(2);
      expect(life.broker.members).toEqual([life.broker.last]);
      await life.broker.last.frames(0, 0);
      await life.clock.advance(60_000);
      expect(life.broker.committed).toContain(0);
      expect(life.broker.consumers).toHaveLength(2);
    },
  );

  it('gives a partition to its reader anew when it stays, and the reader was told by a refused commit that it had left', async () => {
    const life = await joined();
    const [consumer] = life.broker.consumers;
    life.broker.refuses.set('member-1', 'ILLEGAL_GENERATION');
    await consumer?.frames(0, 0);
    await life.clock.advance(1_000);
    life.broker.refuses.clear();
    consumer?.join({ accesses: [0, 1] });
    await life.clock.advance(1_000);
    expect(life.recorder.events).toEqual(['assigned 0', 'assigned 1', 'revoked 0', 'assigned 0']);
    await consumer?.frames(0, 0);
    await life.clock.advance(1_000);
    expect(life.broker.committed).toEqual([0]);
  });

  it('keeps a consumer whose commit was refused while the group shared its partitions, once it has joined again', async () => {
    const life = await joined();
    life.broker.refuses.set('member-1', 'ILLEGAL_GENERATION');
    await life.broker.last.frames(0, 0);
    await life.clock.advance(5_000);
    life.broker.refuses.clear();
    life.broker.last.join({ accesses: [0, 1] });
    await life.clock.advance(60_000);
    expect(life.broker.consumers).toHaveLength(1);
  });

  it('is red within a minute when the coordinator gives it what it does not serve, and ends when that lasts', async () => {
    const life = await joined();
    life.broker.others = [strangerOfOurs('ghost', [1])];
    await life.clock.advance(12_000);
    expect(life.health.report('ready').checks['group vigie-scorer']).toMatch(
      /1 member\(s\) of this process that nobody runs, with 1/,
    );
    expect(life.health.report('live').ok).toBe(true);
    await life.clock.advance(45_000);
    expect(life.health.report('live').checks['group vigie-scorer']).toMatch(/nobody runs/);
    await life.clock.advance(180_000);
    expect(life.outcome).toMatch(/nobody runs/);
  });

  it('is red within a minute when it is in no group although the coordinator answers', async () => {
    const life = await joined();
    life.broker.last.join = () => {};
    const hide = life.clock.every(100, () => life.broker.consumers.forEach((consumer) => (consumer.inGroup = false)));
    await life.clock.advance(60_000);
    hide();
    expect(life.health.report('live').checks['group vigie-scorer']).toMatch(/no member of the group/);
  });

  it('says nothing of a group that is sharing its partitions, nor of brokers that cannot be asked', async () => {
    const life = await joined();
    life.broker.groupState = 'PreparingRebalance';
    life.broker.last.assigned = [];
    await life.clock.advance(120_000);
    expect(life.health.report('ready').ok).toBe(true);
    life.broker.groupState = 'Stable';
    life.broker.away = true;
    await life.clock.advance(120_000);
    expect(life.health.report('live').ok).toBe(true);
    expect(life.broker.consumers).toHaveLength(1);
  });

  it('holds no partition for as long as the group gives it none, and is green', async () => {
    const broker = new FakeBroker();
    broker.partitions = [];
    const life = await joined(broker);
    await life.clock.advance(600_000);
    await expectWhole(life);
    expect(broker.consumers).toHaveLength(1);
  });
});

describe('partitions in a consumer that comes and goes', () => {
  it('a reader that is told of a partition while its consumer breaks down is told that it leaves, and asked again by the next', async () => {
    const answer = Promise.withResolvers<void>();
    const life = await joined(new FakeBroker(), { assigned: async () => (await answer.promise, 'committed') });
    await life.broker.last.crash(connectionLost());
    await life.clock.advance(1000);
    expect(life.recorder.events).toEqual(['assigned 0', 'assigned 1']);
    answer.resolve();
    await settle();
    await life.clock.advance(100);
    expect(life.recorder.events.slice(2).toSorted()).toEqual(['assigned 0', 'assigned 1', 'revoked 0', 'revoked 1']);
    await expectWhole(life);
  });

  it('frames in hand of a partition that leaves are never committed, and the partition is read again from its commit', async () => {
    const inHand = Promise.withResolvers<void>();
    let commit: boolean | undefined;
    const life = await joined(new FakeBroker(), { frames: () => inHand.promise });
    life.recorder.committing = false;
    life.recorder.bend.revoked = async (at) => void (commit = await life.recorder.membership?.commit(at, 1));
    await life.broker.last.frames(0, 0);
    await settle();
    life.broker.last.join({ [topic]: [1] });
    inHand.resolve();
    await settle();
    expect(commit).toBe(false);
    expect(life.broker.committed).toEqual([]);
    life.broker.last.join({ [topic]: [0, 1] });
    await settle();
    expect(life.broker.last.sought.get(0)).toBe(0);
  });

  it('a question for offsets that stumbles while topics move is asked again', async () => {
    const broker = new FakeBroker();
    broker.offsetsFail = new TypeError("Cannot read properties of undefined (reading 'offset')");
    const life = await joined(broker);
    await life.clock.advance(1000);
    expect(life.broker.last.paused.size).toBe(2);
    broker.offsetsFail = undefined;
    await life.clock.advance(20_000);
    expect(life.broker.last.paused.size).toBe(0);
    await expectWhole(life);
  });

  it('a reader that cannot begin ends the member', async () => {
    const life = await joined(new FakeBroker(), { assigned: async () => Promise.reject(new Error('no snapshot')) });
    await life.clock.advance(30_000);
    expect(life.outcome).toBe('ended: no snapshot');
    expect(life.broker.members).toEqual([]);
  });

  it('an order to a client that has broken down already does not end the member', async () => {
    const gate = Promise.withResolvers<void>();
    const life = await joined(new FakeBroker(), { assigned: async () => (await gate.promise, 'committed') });
    life.broker.last.seek = () => {
      throw new kafkajs.KafkaJSNonRetriableError('Consumer group was not initialized');
    };
    life.broker.last.inGroup = false;
    gate.resolve();
    await life.clock.advance(5000);
    await expectWhole(life);
  });

  it('leaving while a new consumer is waited for ends at once, and leaves nobody behind', async () => {
    const life = await joined();
    life.broker.away = true;
    await life.broker.last.crash(connectionLost());
    await life.clock.advance(5000);
    const left = life.recorder.membership?.leave();
    await life.clock.advance(0);
    await left;
    expect(life.outcome).toBe('left');
    life.broker.away = false;
    await life.clock.advance(60_000);
    expect(life.broker.members).toEqual([]);
    expect(life.clock.waiting).toBe(0);
  });
});
