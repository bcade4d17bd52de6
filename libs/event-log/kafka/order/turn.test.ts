import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groups } from '#libs/contracts/topics.js';
import type { ServiceName } from '#libs/contracts/vocabulary.js';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type KafkaForTests, kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { Recorder, until } from '../../contract-tools.js';
import type { Membership } from '../../port.js';
import { type KafkaOptions, openKafkaLog } from '../kafka-log.js';
import { createTopics } from '../topics/create-topics.js';
import { awaitTurn } from './turn.js';
import { clientNameOf } from './upgrade-order.js';

const reason = await whyNoKafkaTests(process.env);
const suite = reason === undefined ? describe : describe.skip;
const topic = 'vigie.turns';

suite(`whose turn it is, by the groups of a real Kafka${reason === undefined ? '' : ` (${reason})`}`, () => {
  let kafka: KafkaForTests;
  const optionsOf = (clientId: string): KafkaOptions => ({
    brokers: kafka.brokers,
    clientId,
    clock: systemClock,
    sessionTimeoutMs: 3000,
  });

  beforeAll(async () => {
    kafka = await kafkaForTests(process.env, await freePortBase());
    await createTopics(optionsOf('maker'), { [topic]: { partitions: 2, replicationFactor: 1 } });
  });
  afterAll(() => kafka.stop());

  it('a scorer begins when the last archiver of a lower level has left, and an archiver beside one', async () => {
    // As versions before there were levels called themselves.
    await using old = await running('vigie-archiver', groups.archiver);
    await begun('archiver', 1);
    const { turn, told } = asked('scorer', 1);
    await until('it waits', () => told.length > 0);
    expect(told[0]).toBe('an upgrade is under way: this scorer of level 1 begins when no archiver of level 0 runs any more');
    await old.leave();
    await turn;
  });

  it('an archiver that goes back waits for scorers of a higher level', async () => {
    await using scorer = await running(clientNameOf({ service: 'scorer', level: 3 }), groups.scorer);
    const { turn, told } = asked('archiver', 2);
    await until('it waits', () => told.length > 0);
    expect(told[0]).toContain('begins when no scorer of level 3 runs any more');
    await scorer.leave();
    await turn;
  });

  it('begins all the same when it has waited long enough, and not at all when it is stopped meanwhile', async () => {
    await using _scorer = await running(clientNameOf({ service: 'scorer', level: 0 }), groups.scorer);
    await asked('ingestor', 1, { waitMsMax: 0 }).turn;
    const stopping = new AbortController();
    const { turn, told } = asked('ingestor', 1, { signal: stopping.signal });
    await until('it waits', () => told.length > 0);
    stopping.abort(new Error('stopped'));
    await expect(turn).rejects.toThrow();
  });

  /** A member of a group under a client id, until it leaves. */
  async function running(clientId: string, group: string) {
    const log = await openKafkaLog(optionsOf(clientId));
    const member: Membership = await log.join({ group, topics: [topic], batchBytesMax: 1 << 20 }, new Recorder());
    const leave = async () => {
      await member.leave();
      await log.close();
    };
    return { leave, [Symbol.asyncDispose]: leave };
  }

  function asked(
    service: ServiceName,
    level: number,
    given: { readonly waitMsMax?: number; readonly signal?: AbortSignal } = {},
  ) {
    const told: string[] = [];
    const turn = awaitTurn(optionsOf('asks'), {
      own: { service, level },
      waitMsMax: 600_000,
      signal: new AbortController().signal,
      onWait: (why) => void told.push(why),
      ...given,
    });
    return { turn, told };
  }

  async function begun(service: ServiceName, level: number): Promise<void> {
    const { turn, told } = asked(service, level);
    await turn;
    expect(told).toEqual([]);
  }
});
