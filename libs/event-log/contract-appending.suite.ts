import { describe, expect, it } from '@jest/globals';
import { type ContractWorld, joinAs, Recorder, until } from './contract-tools.js';

/** What the port promises whoever appends. */
export function describeAppending(world: ContractWorld): void {
  const { connect, join, child, groupName } = world;
  describe('appending', () => {
    it('counts offsets from 0 without gaps, by partition, in the order of the calls', async () => {
      const topic = await world.log.createTopic(2);
      const client = await connect();
      const appends = Array.from({ length: 40 }, (_, i) =>
        client.append({ topic, partition: i % 2 }, Buffer.from(`frame ${i}\n`)),
      );
      const offsets = await Promise.all(appends);
      expect(offsets).toEqual(Array.from({ length: 40 }, (_, i) => Math.floor(i / 2)));
      const recorder = new Recorder();
      await join(client, groupName(), topic, recorder);
      await until('40 frames read', () => recorder.seen.length === 40);
      for (const partition of [0, 1]) {
        const own = recorder.seen.filter((seen) => seen.partition === partition);
        expect(own.map(({ text }) => text)).toEqual(own.map((_, i) => `frame ${i * 2 + partition}\n`));
      }
    });

    it('gives several appenders distinct offsets without gaps', async () => {
      const topic = await world.log.createTopic(1);
      const clients = [await connect(), await connect(), await connect()];
      const kids = world.log.whereabouts
        ? [child({ topic, group: '', appends: 50 }), child({ topic, group: '', appends: 50 })]
        : [];
      const offsets = await Promise.all(
        clients.flatMap((client, c) =>
          Array.from({ length: 50 }, (_, i) => client.append({ topic, partition: 0 }, Buffer.from(`${c}/${i}\n`))),
        ),
      );
      await Promise.all(kids.map(({ exited }) => exited));
      const all = [...offsets, ...kids.flatMap(({ lines }) => lines.map(({ appended }) => Number(appended)))];
      expect(all).toHaveLength(150 + 50 * kids.length);
      expect(all.toSorted((a, b) => a - b)).toEqual(all.map((_, i) => i));
    });

    it('keeps bytes exactly, up to large frames', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      const large = Buffer.from(Array.from({ length: 700_000 }, (_, i) => i % 251));
      await client.append({ topic, partition: 0 }, Buffer.from('é\n'));
      await client.append({ topic, partition: 0 }, large);
      const frames: Buffer[] = [];
      const recorder = new Recorder({ frames: async (_, batch) => void frames.push(...batch.map(({ bytes }) => bytes)) });
      await join(client, groupName(), topic, recorder);
      await until('both frames read', () => frames.length === 2);
      expect(frames[0]?.toString()).toBe('é\n');
      expect(frames[1]?.equals(large)).toBe(true);
    });

    it('refuses a frame over the limit and a partition that does not exist', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      await expect(client.append({ topic, partition: 0 }, Buffer.alloc(16 * 1024 * 1024 + 1))).rejects.toThrow(/16777216/);
      await expect(client.append({ topic, partition: 1 }, Buffer.from('x'))).rejects.toThrow(/partition 1/);
      expect(await client.append({ topic, partition: 0 }, Buffer.from('x'))).toBe(0);
    });

    it('knows the number of partitions, and refuses topics that do not exist', async () => {
      const topic = await world.log.createTopic(3);
      const client = await connect();
      expect(await client.partitions(topic)).toBe(3);
      await expect(client.partitions(`${topic}.misspelt`)).rejects.toThrow(/misspelt/);
      await expect(joinAs(client, groupName(), `${topic}.misspelt`, new Recorder())).rejects.toThrow(/misspelt/);
    });
  });
}
