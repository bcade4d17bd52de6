import { describe, expect, it } from '@jest/globals';
import { type ContractWorld, Recorder, until } from './contract-tools.js';
import type { Bounds } from './port.js';

/** What the port promises a group of readers. */
export function describeReading(world: ContractWorld): void {
  const { connect, join, child, groupName } = world;
  describe('reading as a group', () => {
    it('awaits `assigned` for every partition, quiet ones too, before the first frame', async () => {
      const topic = await world.log.createTopic(3);
      const client = await connect();
      await client.append({ topic, partition: 1 }, Buffer.from('one\n'));
      const recorder = new Recorder();
      recorder.bend.frames = async (at) => void recorder.events.push(`frames ${at.partition}`);
      await join(client, groupName(), topic, recorder);
      await until('assigned and read', () => recorder.events.length === 4);
      expect(recorder.events.toSorted()).toEqual(['assigned 0', 'assigned 1', 'assigned 2', 'frames 1']);
      expect(recorder.events.indexOf('assigned 1')).toBeLessThan(recorder.events.indexOf('frames 1'));
    });

    it('starts where `assigned` says, which is told what the log holds', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      for (let i = 0; i < 5; i += 1) await client.append({ topic, partition: 0 }, Buffer.from(`${i}`));
      const group = groupName();
      const held: Bounds[] = [];
      const first = new Recorder({ assigned: async (_, bounds) => held.push(bounds) + 2 });
      const membership = await join(client, group, topic, first);
      await until('from 3', () => first.seen.length === 2);
      expect(first.texts()).toEqual(['3', '4']);
      expect(held).toMatchObject([{ start: 0, end: 5 }]);
      await membership.leave();
      const second = new Recorder({ assigned: async () => 'earliest' });
      await join(client, group, topic, second);
      await until('from the earliest', () => second.seen.length === 5);
    });

    it('resumes at the commit, and reads again what was not committed', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      for (let i = 0; i < 4; i += 1) await client.append({ topic, partition: 0 }, Buffer.from(`${i}`));
      const group = groupName();
      const first = new Recorder();
      first.committing = false;
      const membership = await join(client, group, topic, first);
      await until('all read', () => first.seen.length === 4);
      expect(await membership.commit({ topic, partition: 0 }, 2)).toBe(true);
      await membership.leave();
      const second = new Recorder();
      await join(await connect(), group, topic, second);
      await until('the rest', () => second.seen.length === 2);
      expect(second.texts()).toEqual(['2', '3']);
    });

    it('leaves timers and sockets a turn between batches, however much lies there and however fast the reader is', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      const frames = 100;
      await Promise.all(Array.from({ length: frames }, () => client.append({ topic, partition: 0 }, Buffer.from('a\n'))));
      const recorder = new Recorder();
      recorder.committing = false;
      let seenAtTurn: number | undefined;
      recorder.bend.frames = async () => {
        if (recorder.seen.length === 0) setImmediate(() => (seenAtTurn = recorder.seen.length));
      };
      await join(client, groupName(), topic, recorder, 1);
      await until('all read', () => recorder.seen.length === frames);
      expect(seenAtTurn).toBeLessThan(frames);
    });

    it('gives other groups every frame', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      await client.append({ topic, partition: 0 }, Buffer.from('a'));
      const recorders = [new Recorder(), new Recorder()];
      for (const recorder of recorders) await join(client, groupName(), topic, recorder);
      await until('both have it', () => recorders.every(({ seen }) => seen.length === 1));
    });

    it('tells positions and with them the lag', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      for (let i = 0; i < 3; i += 1) await client.append({ topic, partition: 0 }, Buffer.from(`${i}`));
      const recorder = new Recorder();
      recorder.committing = false;
      const membership = await join(client, groupName(), topic, recorder);
      await until('read', () => recorder.seen.length === 3);
      await until('counted', async () => (await membership.positions())[0]?.next === 3);
      expect(await membership.positions()).toEqual([{ topic, partition: 0, end: 3, next: 3, committed: -1 }]);
      await membership.commit({ topic, partition: 0 }, 2);
      expect(await membership.positions()).toEqual([{ topic, partition: 0, end: 3, next: 3, committed: 2 }]);
    });

    it('shares the partitions among members, and hands them over whole when one leaves', async () => {
      const topic = await world.log.createTopic(4);
      const group = groupName();
      const [first, second] = [new Recorder(), new Recorder()];
      const client = await connect();
      await join(client, group, topic, first);
      const other = await connect();
      const membership = await join(other, group, topic, second);
      await until('two each', async () => heldBy(first) === 2 && heldBy(second) === 2);
      for (let i = 0; i < 40; i += 1) await client.append({ topic, partition: i % 4 }, Buffer.from(`${i}`));
      await until('all read', () => first.seen.length + second.seen.length === 40);
      await membership.leave();
      expect(heldBy(second)).toBe(0);
      await until('all four', () => heldBy(first) === 4);
      for (let i = 40; i < 48; i += 1) await client.append({ topic, partition: i % 4 }, Buffer.from(`${i}`));
      await until('the new ones too', () => first.seen.length + second.seen.length >= 48);
      const texts = [...first.texts(), ...second.texts()];
      expect(new Set(texts).size).toBe(48);
      expect(texts).toHaveLength(48);
    });

    it('refuses the commit of a partition that has another owner by now', async () => {
      const topic = await world.log.createTopic(1);
      const group = groupName();
      const client = await connect();
      await client.append({ topic, partition: 0 }, Buffer.from('a'));
      const first = new Recorder();
      const membership = await join(client, group, topic, first);
      await until('read', () => first.seen.length === 1);
      await membership.leave();
      const second = new Recorder();
      await join(await connect(), group, topic, second);
      await until('taken over', () => heldBy(second) === 1);
      expect(await membership.commit({ topic, partition: 0 }, 1)).toBe(false);
    });

    it('takes over from a member that was killed', async () => {
      if (!world.log.whereabouts) return;
      const topic = await world.log.createTopic(2);
      const group = groupName();
      const client = await connect();
      const victim = child({ topic, group, appends: 0 });
      await until('the child owns both', () => victim.lines.filter((line) => 'assigned' in line).length === 2);
      await client.append({ topic, partition: 0 }, Buffer.from('before'));
      await until('the child has read', () => victim.lines.some(({ text }) => text === 'before'));
      await victim.kill();
      const recorder = new Recorder();
      await client.append({ topic, partition: 0 }, Buffer.from('after'));
      await join(client, group, topic, recorder);
      await until('taken over', () => recorder.texts().includes('after'));
    });

    it('shares with a process of its own, and takes over while running', async () => {
      if (!world.log.whereabouts) return;
      const topic = await world.log.createTopic(4);
      const group = groupName();
      const client = await connect();
      const recorder = new Recorder();
      await join(client, group, topic, recorder);
      await until('alone', () => heldBy(recorder) === 4);
      const victim = child({ topic, group, appends: 0 });
      await until('two each', () => heldBy(recorder) === 2 && victim.lines.filter((line) => 'assigned' in line).length >= 2);
      await victim.kill();
      for (let i = 0; i < 8; i += 1) await client.append({ topic, partition: i % 4 }, Buffer.from(`${i}`));
      await until('all of them', () => new Set(recorder.texts()).size === 8);
    });
  });
}

function heldBy({ events }: Recorder): number {
  return (
    events.filter((event) => event.startsWith('assigned')).length - events.filter((event) => event.startsWith('revoked')).length
  );
}
