import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { describeAppending } from './contract-appending.suite.js';
import { describeHandingOver } from './contract-handing-over.suite.js';
import { describeReading } from './contract-reading.suite.js';
import { type Child, type ContractWorld, joinAs, type LogUnderTest, startChild } from './contract-tools.js';
import type { EventLog, Membership } from './port.js';

/** The promises of the port, for every adapter alike. */
export function describeEventLog(name: string, start: () => Promise<LogUnderTest>): void {
  describe(`${name} event log`, () => {
    let log: LogUnderTest;
    let groups = 0;
    const open: EventLog[] = [];
    const members: Membership[] = [];
    const children: Child[] = [];
    const groupName: ContractWorld['groupName'] = () => `group-${(groups += 1)}-${systemClock.now()}`;
    const connect: ContractWorld['connect'] = async () => {
      const client = await log.connect();
      open.push(client);
      return client;
    };
    const join: ContractWorld['join'] = async (...args) => {
      const membership = await joinAs(...args);
      members.push(membership);
      return membership;
    };
    const child: ContractWorld['child'] = (script) => {
      const started = startChild({ ...log.whereabouts, ...script });
      children.push(started);
      return started;
    };
    beforeAll(async () => {
      log = await start();
    });
    afterEach(async () => {
      for (const started of children.splice(0)) await started.kill();
      for (const membership of members.splice(0)) await membership.leave().catch(() => {});
      for (const client of open.splice(0)) await client.close();
    });
    afterAll(() => log.end());

    const world: ContractWorld = {
      get log() {
        return log;
      },
      groupName,
      connect,
      join,
      child,
    };
    describeAppending(world);
    describeReading(world);
    describeHandingOver(world);

    it('settles what was appended before it closes', async () => {
      const topic = await log.createTopic(1);
      const client = await log.connect();
      const appends = Array.from({ length: 20 }, (_, i) => client.append({ topic, partition: 0 }, Buffer.from(`${i}`)));
      await client.close();
      expect(await Promise.all(appends)).toEqual(appends.map((_, i) => i));
      await expect(client.append({ topic, partition: 0 }, Buffer.from('late'))).rejects.toThrow(/closed/);
    });
  });
}
