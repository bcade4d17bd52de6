import { type INestApplication, Inject, Injectable } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { createMemoryLog, type MemoryLog } from '../memory/memory-log.js';
import type { Frame, Join, Membership, TopicPartition } from '../port.js';
import { AwaitedLog } from './awaited-log.js';
import type { LogContext } from './log-context.js';
import { LogController } from './log-controller.js';
import { assigned, poison, revoked } from './log-patterns.js';
import { LogStrategy } from './log-strategy.js';

const topic = 'records';
const at: TopicPartition = { topic, partition: 0 };

/** What was called, in order, and what the next calls do. */
@Injectable()
class Recorder {
  readonly calls: string[] = [];
  readonly causes: unknown[] = [];
  /** Called with each frame's text; may throw or wait. */
  digest: (text: string) => unknown = () => {};
}

@LogController()
class Handlers {
  constructor(@Inject(Recorder) private readonly recorder: Recorder) {}

  @MessagePattern(assigned(topic))
  assigned(@Ctx() { at: { partition }, held, group }: LogContext): 'earliest' {
    this.recorder.calls.push(`assigned ${partition} of ${group}, ${held.start} to ${held.end}`);
    return 'earliest';
  }

  @EventPattern<string>(topic)
  async frames(@Payload() frames: readonly Frame[]): Promise<void> {
    for (const { bytes } of frames) await this.recorder.digest(bytes.toString());
    this.recorder.calls.push(`frames ${frames.map(({ bytes }) => bytes.toString()).join(' ')}`);
  }

  @EventPattern<string>(poison(topic))
  poison(@Payload() frame: Frame, @Ctx() { cause }: LogContext): void {
    this.recorder.calls.push(`poison ${frame.bytes.toString()}`);
    this.recorder.causes.push(cause);
  }

  @EventPattern<string>(revoked(topic))
  revoked(): void {
    this.recorder.calls.push('revoked');
  }
}

/** A hybrid application over a log in memory, as `run-service.ts` makes one. */
class Running {
  readonly failures: unknown[] = [];
  membership: Membership | undefined;
  private constructor(
    readonly app: INestApplication,
    readonly recorder: Recorder,
    readonly log: MemoryLog,
    readonly strategy: LogStrategy,
  ) {}

  static async start(prepare: (log: MemoryLog, recorder: Recorder) => Promise<void> = async () => {}): Promise<Running> {
    const log = createMemoryLog({ topics: { [topic]: 1, unhandled: 1 } });
    const module = await Test.createTestingModule({ controllers: [Handlers], providers: [Recorder] }).compile();
    const app = module.createNestApplication(new FastifyAdapter(), { logger: false });
    const recorder = module.get(Recorder);
    await prepare(log, recorder);
    const strategy = new LogStrategy({
      log,
      clock: systemClock,
      start: async (join) => (running.membership = await join({ group: 'readers', topics: [topic], batchBytesMax: 1024 })),
      stop: async () => running.membership?.leave(),
      failed: (cause) => running.failures.push(cause),
    });
    const running: Running = new Running(app, recorder, log, strategy);
    app.connectMicroservice({ strategy });
    await app.init();
    await app.startAllMicroservices();
    return running;
  }

  /** Resolves when so many calls of a name have ended. */
  async called(name: string, times = 1): Promise<void> {
    while (this.recorder.calls.filter((call) => call.startsWith(name)).length < times) await systemClock.sleep(2);
  }
}

describe('the event log as a transport', () => {
  let running: Running | undefined;
  afterEach(async () => {
    await running?.app.close();
    running = undefined;
  });

  it('hands many frames over in one call, after the partition was assigned', async () => {
    running = await Running.start(async (log) => {
      for (const text of ['a', 'b', 'c']) await log.append(at, Buffer.from(text));
    });
    await running.called('frames');
    expect(running.recorder.calls).toEqual(['assigned 0 of readers, 0 to 3', 'frames a b c']);
  });

  it('tries again what a handler throws as transient: Nest answers with a stream that fails, and that is waited for', async () => {
    let failures = 0;
    running = await Running.start(async (log, recorder) => {
      await log.append(at, Buffer.from('a'));
      recorder.digest = () => {
        if ((failures += 1) <= 2) throw new Transient('something outside is away');
      };
    });
    await running.called('frames');
    expect(failures).toBe(3);
    expect(running.recorder.calls.filter((call) => !call.startsWith('assigned'))).toEqual(['frames a']);
  });

  it('hands over as poison what a handler cannot digest, with the very cause, and goes on', async () => {
    const bug = new RangeError('not a row');
    running = await Running.start(async (log, recorder) => {
      for (const text of ['good', 'bad', 'fine']) await log.append(at, Buffer.from(text));
      recorder.digest = (text) => {
        if (text === 'bad') throw bug;
      };
    });
    await running.called('frames fine');
    expect(running.recorder.calls).toContain('poison bad');
    expect(running.recorder.causes).toEqual([bug]);
    expect(running.failures).toEqual([]);
  });

  it('holds back further frames while a handler has not ended', async () => {
    const first = Promise.withResolvers<void>();
    running = await Running.start(async (log, recorder) => {
      await log.append(at, Buffer.from('a'));
      recorder.digest = (text) => (text === 'a' ? first.promise : undefined);
    });
    for (const text of ['b', 'c']) await running.log.append(at, Buffer.from(text));
    expect(running.recorder.calls.filter((call) => call.startsWith('frames'))).toEqual([]);
    first.resolve();
    await running.called('frames', 2);
    expect(running.recorder.calls.slice(1)).toEqual(['frames a', 'frames b c']);
  });

  const endings: readonly (readonly [string, (one: Running) => Promise<unknown>])[] = [
    ['the application closes', (one) => one.app.close()],
    ['the transport closes before the application', async (one) => {
      await one.strategy.close();
      await one.app.close();
    }],
    ['the transport and the application close at the same time', (one) => Promise.all([one.app.close(), one.strategy.close()])],
  ]; // prettier-ignore

  it.each(endings)('finishes what is in hand and leaves once when %s; the log still takes appends', async (_name, end) => {
    const inHand = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    running = await Running.start(async (log, recorder) => {
      await log.append(at, Buffer.from('a'));
      recorder.digest = () => {
        begun.resolve();
        return inHand.promise;
      };
    });
    await begun.promise;
    const ended = end(running);
    inHand.resolve();
    await ended;
    expect(running.recorder.calls.slice(1)).toEqual(['frames a', 'revoked']);
    await expect(running.log.append(at, Buffer.from('what the drain still tells'))).resolves.toBe(1);
    expect(running.failures).toEqual([]);
  });

  it('says that its end was not well: what is in hand takes too long, or leaving fails', async () => {
    const clock = new FakeClock();
    const strategyThatStops = (stop: () => Promise<void>) =>
      new LogStrategy({
        log: createMemoryLog({ topics: {} }),
        clock,
        start: async () => ({ ended: new Promise<never>(() => {}) }),
        stop,
        failed: () => {},
      });
    const never = strategyThatStops(() => new Promise(() => {}));
    await Promise.all([expect(never.close()).rejects.toThrow('was not finished within 15 s'), clock.advance(15_000)]);
    const bug = new Error('a snapshot could not be written');
    await expect(strategyThatStops(() => Promise.reject(bug)).close()).rejects.toBe(bug);
  });

  it('reports what a member could not survive', async () => {
    const failures: unknown[] = [];
    const ended = Promise.withResolvers<never>();
    const strategy = new LogStrategy({
      log: createMemoryLog({ topics: {} }),
      clock: systemClock,
      start: async () => ({ ended: ended.promise }),
      stop: async () => {},
      failed: (cause) => failures.push(cause),
    });
    await new Promise<void>((resolve) => strategy.listen(() => resolve()));
    const bug = new Error('offsets are gone');
    ended.reject(bug);
    await ended.promise.catch(() => {});
    expect(failures).toEqual([bug]);
  });

  it('refuses to read what nothing handles', async () => {
    let join: Join | undefined;
    const strategy = new LogStrategy({
      log: createMemoryLog({ topics: { unhandled: 1 } }),
      clock: systemClock,
      start: async (given) => {
        join = given;
        return { ended: new Promise<never>(() => {}) };
      },
      stop: async () => {},
      failed: () => {},
    });
    await new Promise<void>((resolve) => strategy.listen(() => resolve()));
    await expect(join?.({ group: 'readers', topics: ['unhandled'], batchBytesMax: 1 })).rejects.toThrow(
      "nothing handles frames of unhandled: @EventPattern('unhandled') is missing",
    );
  });
});

describe('a log that is opened when it is needed', () => {
  it('is opened once, and every call waits for it', async () => {
    let opened = 0;
    const log = new AwaitedLog(async () => {
      opened += 1;
      return createMemoryLog({ topics: { [topic]: 3 } });
    });
    expect(opened).toBe(0);
    expect(await Promise.all([log.partitions(topic), log.append(at, Buffer.from('a'))])).toEqual([3, 0]);
    expect(opened).toBe(1);
    await log.close();
  });

  it('gives up waiting when it is closed, or when whoever joins gives up', async () => {
    const log = new AwaitedLog(
      (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const leaving = new AbortController();
    const options = { group: 'readers', topics: [topic], batchBytesMax: 1, signal: leaving.signal };
    const unread = { assigned: async () => 0, frames: async () => {}, poison: async () => {}, revoked: async () => {} };
    const joining = log.join(options, unread);
    leaving.abort(new Error('the service stops'));
    await expect(joining).rejects.toThrow('the service stops');
    const asked = log.partitions(topic);
    await log.close();
    await expect(asked).rejects.toThrow('the log is closed');
  });

  it('is not opened by being closed', async () => {
    const log = new AwaitedLog(() => Promise.reject(new Error('opened')));
    await log.close();
    await expect(log.partitions(topic)).rejects.toThrow('the log is closed');
  });
});
