import { describe, expect, it } from '@jest/globals';
import { Transient } from '#libs/runtime/outcome.js';
import { type ContractWorld, Recorder, until } from './contract-tools.js';

/** What the port promises of the way in which frames are handed to a reader. */
export function describeHandingOver(world: ContractWorld): void {
  const { connect, join, groupName } = world;
  describe('handing over', () => {
    it('hands nothing more of a partition over while a call is pending, and goes on with the others', async () => {
      const topic = await world.log.createTopic(2);
      const client = await connect();
      const gate = Promise.withResolvers<void>();
      let running = 0;
      let most = 0;
      const recorder = new Recorder({
        async frames(at) {
          if (at.partition !== 0) return;
          running += 1;
          most = Math.max(most, running);
          await gate.promise;
          running -= 1;
        },
      });
      await join(client, groupName(), topic, recorder, 1000);
      await client.append({ topic, partition: 0 }, Buffer.alloc(600, 'a'));
      await until('pending', () => running === 1);
      for (let i = 0; i < 20; i += 1) await client.append({ topic, partition: 0 }, Buffer.alloc(600, 'b'));
      for (let i = 0; i < 5; i += 1) await client.append({ topic, partition: 1 }, Buffer.from(`${i}`));
      await until('the other partition went on', () => recorder.seen.filter(({ partition }) => partition === 1).length === 5);
      expect(recorder.seen.filter(({ partition }) => partition === 0)).toHaveLength(0);
      gate.resolve();
      await until('the rest', () => recorder.seen.filter(({ partition }) => partition === 0).length === 21);
      expect(most).toBe(1);
    });

    it('bounds a batch by bytes, but always hands over one frame', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      const sizes: number[] = [];
      const recorder = new Recorder({
        frames: async (_, batch) => void sizes.push(batch.reduce((sum, { bytes }) => sum + bytes.length, 0)),
      });
      await Promise.all([100, 100, 5000, 100, 100].map((n) => client.append({ topic, partition: 0 }, Buffer.alloc(n, 'x'))));
      await join(client, groupName(), topic, recorder, 1000);
      await until('all', () => recorder.seen.length === 5);
      expect(sizes.every((bytes) => bytes <= 1000 || bytes === 5000)).toBe(true);
    });

    it('tries again for as long as the failure is transient', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      let tries = 0;
      const recorder = new Recorder({
        async frames() {
          tries += 1;
          if (tries < 5) throw new Transient('the store is away');
        },
      });
      await join(client, groupName(), topic, recorder);
      await client.append({ topic, partition: 0 }, Buffer.from('a'));
      await until('through', () => recorder.seen.length === 1);
      expect(tries).toBe(5);
      expect(recorder.poisoned).toEqual([]);
    });

    const poisons: readonly (readonly [string, unknown])[] = [
      ['SyntaxError', new SyntaxError('bad JSON')],
      ['TypeError', new TypeError('not a function')],
      ['RangeError', new RangeError('too deep')],
      ['Error', new Error('a plain one')],
      ['undefined', undefined],
    ];
    it('sets poison aside, whatever was thrown, and neither stops nor spins', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      const tries = new Map<string, number>();
      const recorder = new Recorder({
        async frames(_, batch) {
          for (const { bytes } of batch) {
            const bad = poisons.find(([word]) => `bad ${word}` === bytes.toString());
            if (!bad) continue;
            tries.set(bad[0], (tries.get(bad[0]) ?? 0) + 1);
            throw bad[1];
          }
        },
      });
      for (const [word] of poisons) {
        await client.append({ topic, partition: 0 }, Buffer.from(`good before ${word}`));
        await client.append({ topic, partition: 0 }, Buffer.from(`bad ${word}`));
      }
      await client.append({ topic, partition: 0 }, Buffer.from('good at the end'));
      const membership = await join(client, groupName(), topic, recorder);
      await until('to the end', () => recorder.texts().includes('good at the end'));
      expect(recorder.poisoned.map(({ offset }) => offset)).toEqual([1, 3, 5, 7, 9]);
      expect(recorder.poisoned.map(({ cause }) => cause)).toEqual(poisons.map(([, thrown]) => thrown));
      expect(recorder.seen.map(({ offset }) => offset)).toEqual([0, 2, 4, 6, 8, 10]);
      expect(Math.max(...tries.values())).toBeLessThanOrEqual(4);
      await client.append({ topic, partition: 0 }, Buffer.from('later'));
      await until('still alive', () => recorder.texts().includes('later'));
      await membership.leave();
    });

    it('ends the member when poison cannot be set aside', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      const recorder = new Recorder({
        frames: async () => Promise.reject(new Error('bad')),
        poison: async () => Promise.reject(new Error('no quarantine')),
      });
      const membership = await join(client, groupName(), topic, recorder);
      await client.append({ topic, partition: 0 }, Buffer.from('a'));
      await expect(membership.ended).rejects.toThrow('no quarantine');
    });

    it('stops in the middle of a batch without losing the rest', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      const group = groupName();
      for (let i = 0; i < 10; i += 1) await client.append({ topic, partition: 0 }, Buffer.from(`${i}`));
      const first = new Recorder();
      first.committing = false;
      const started = Promise.withResolvers<void>();
      first.bend.frames = async (at, batch, signal) => {
        started.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await first.membership?.commit(at, (batch[0]?.offset ?? 0) + 1);
        throw new Error('interrupted');
      };
      const membership = await join(client, group, topic, first);
      await started.promise;
      await membership.leave();
      expect(first.poisoned).toEqual([]);
      expect(first.events.at(-1)).toBe('revoked 0');
      const second = new Recorder();
      await join(client, group, topic, second);
      await until('the rest', () => second.seen.length === 9);
      expect(second.texts()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    });

    it('lets the reader commit while a partition is revoked', async () => {
      const topic = await world.log.createTopic(1);
      const client = await connect();
      const group = groupName();
      await client.append({ topic, partition: 0 }, Buffer.from('a'));
      const commits: (boolean | undefined)[] = [];
      const first = new Recorder();
      first.committing = false;
      first.bend.revoked = async (at) => void commits.push(await first.membership?.commit(at, 1));
      const membership = await join(client, group, topic, first);
      await until('read', () => first.seen.length === 1);
      await membership.leave();
      expect(commits).toEqual([true]);
      await membership.ended;
    });
  });
}
