import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Transient } from '#libs/runtime/outcome.js';
import { systemClock } from '#libs/runtime/clock.js';
import type { MemberScript } from './contract-member.js';
import { type Child, joinAs, Recorder, startChild, until } from './contract-tools.js';
import type { Bounds, EventLog, Membership } from './port.js';

/** One log, real or in memory, that several clients can open at a time. */
export interface LogUnderTest {
  /** Makes a topic of its own. */
  createTopic(partitions: number): Promise<string>;
  connect(): Promise<EventLog>;
  end(): Promise<void>;
  /** How a process of its own finds the log; absent when it cannot. */
  readonly whereabouts?: Pick<MemberScript, 'directory' | 'brokers'>;
}

/** The promises of the port, for every adapter alike. */
export function describeEventLog(name: string, start: () => Promise<LogUnderTest>): void {
  describe(`${name} event log`, () => {
    let log: LogUnderTest;
    let groups = 0;
    const open: EventLog[] = [];
    const members: Membership[] = [];
    const children: Child[] = [];
    const groupName = () => `group-${(groups += 1)}-${systemClock.now()}`;
    const connect = async () => {
      const client = await log.connect();
      open.push(client);
      return client;
    };
    const join = async (...args: Parameters<typeof joinAs>) => {
      const membership = await joinAs(...args);
      members.push(membership);
      return membership;
    };
    const child = (script: Omit<MemberScript, 'directory' | 'brokers'>) => {
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

    describe('appending', () => {
      it('counts offsets from 0 without gaps, by partition, in the order of the calls', async () => {
        const topic = await log.createTopic(2);
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
        const topic = await log.createTopic(1);
        const clients = [await connect(), await connect(), await connect()];
        const kids = log.whereabouts ? [child({ topic, group: '', appends: 50 }), child({ topic, group: '', appends: 50 })] : [];
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
        const topic = await log.createTopic(1);
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
        const topic = await log.createTopic(1);
        const client = await connect();
        await expect(client.append({ topic, partition: 0 }, Buffer.alloc(16 * 1024 * 1024 + 1))).rejects.toThrow(/16777216/);
        await expect(client.append({ topic, partition: 1 }, Buffer.from('x'))).rejects.toThrow(/partition 1/);
        expect(await client.append({ topic, partition: 0 }, Buffer.from('x'))).toBe(0);
      });

      it('knows the number of partitions, and refuses topics that do not exist', async () => {
        const topic = await log.createTopic(3);
        const client = await connect();
        expect(await client.partitions(topic)).toBe(3);
        await expect(client.partitions(`${topic}.misspelt`)).rejects.toThrow(/misspelt/);
        await expect(joinAs(client, groupName(), `${topic}.misspelt`, new Recorder())).rejects.toThrow(/misspelt/);
      });
    });

    describe('reading as a group', () => {
      it('awaits `assigned` for every partition, quiet ones too, before the first frame', async () => {
        const topic = await log.createTopic(3);
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
        const topic = await log.createTopic(1);
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
        const topic = await log.createTopic(1);
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

      it('gives other groups every frame', async () => {
        const topic = await log.createTopic(1);
        const client = await connect();
        await client.append({ topic, partition: 0 }, Buffer.from('a'));
        const recorders = [new Recorder(), new Recorder()];
        for (const recorder of recorders) await join(client, groupName(), topic, recorder);
        await until('both have it', () => recorders.every(({ seen }) => seen.length === 1));
      });

      it('tells positions and with them the lag', async () => {
        const topic = await log.createTopic(1);
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
        const topic = await log.createTopic(4);
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
        const topic = await log.createTopic(1);
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
        if (!log.whereabouts) return;
        const topic = await log.createTopic(2);
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
        if (!log.whereabouts) return;
        const topic = await log.createTopic(4);
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

    describe('handing over', () => {
      it('hands nothing more of a partition over while a call is pending, and goes on with the others', async () => {
        const topic = await log.createTopic(2);
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
        const topic = await log.createTopic(1);
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
        const topic = await log.createTopic(1);
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
        const topic = await log.createTopic(1);
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
        const topic = await log.createTopic(1);
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
        const topic = await log.createTopic(1);
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
        const topic = await log.createTopic(1);
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

function heldBy({ events }: Recorder): number {
  return (
    events.filter((event) => event.startsWith('assigned')).length - events.filter((event) => event.startsWith('revoked')).length
  );
}
