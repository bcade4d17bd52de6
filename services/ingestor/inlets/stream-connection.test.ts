import { PassThrough } from 'node:stream';
import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { plainReading } from '#libs/formats/input-format.js';
import { silentLog } from '#libs/runtime/log.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { IntakeBudget } from '../receive/intake-budget.js';
import { type Framed, framerOf } from './framing.js';
import { StreamConnection } from './stream-connection.js';

const source: ConfiguredSource = {
  source: 'dpi', groupId: 'helix', authority: 'group', reading: plainReading, detects: false, certificates: [], listeners: [], senders: [],
}; // prettier-ignore

function connected(take: (messages: readonly Framed[]) => Promise<void>, bytesMax = 1_000_000) {
  const socket = new PassThrough();
  const clock = new FakeClock();
  const limits = { bytesMax, sourceBytesMax: bytesMax / 2, sourceRequestsMax: 4, groups: () => 1 };
  const budget = new IntakeBudget(limits, new Metrics('ingestor'));
  const dropped: string[] = [];
  let known: ConfiguredSource | undefined = source;
  const connection = new StreamConnection(socket as unknown as Socket, {
    framer: framerOf({ kind: 'syslog' }),
    source: () => known,
    take,
    lease: budget.lease(source),
    clock,
    log: silentLog,
    dropped: (reason) => dropped.push(reason),
    signal: new AbortController().signal,
  });
  return { socket, clock, connection, dropped, budget, forget: () => (known = undefined) };
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

describe('a connection', () => {
  it('is read no further while what came before is not durable', async () => {
    const taken: number[] = [];
    let durable: (() => void) | undefined;
    const { socket } = connected((messages) => {
      taken.push(messages.length);
      return new Promise((resolve) => (durable = resolve));
    });
    socket.write('<85>one\n');
    await settled();
    for (let more = 0; more < 50; more += 1) socket.write(`<85>more ${more}\n`);
    await settled();
    expect([taken.length, socket.isPaused()]).toEqual([1, true]);
    durable?.();
    await settled();
    expect(taken.length).toBeGreaterThan(1);
  });

  it('waits for memory that others have', async () => {
    const taken: number[] = [];
    const { socket, clock, budget } = connected(async (messages) => void taken.push(messages.length), 40);
    const other = budget.lease({ groupId: 'helix', source: 'dpi' });
    other.take(20);
    socket.write('<85>one\n');
    await settled();
    expect(taken).toEqual([]);
    other.release();
    await clock.advance(100);
    await settled();
    expect(taken).toEqual([1]);
  });

  it('that stays inside a message is dropped after a minute; one that says nothing may stay', async () => {
    const quiet = connected(async () => {});
    const slow = connected(async () => {});
    slow.socket.write('<85>half');
    quiet.socket.write('<85>whole\n');
    await settled();
    for (const { clock, connection } of [quiet, slow]) {
      await clock.advance(61_000);
      connection.look();
    }
    expect([quiet.dropped, slow.dropped]).toEqual([[], ['slow']]);
    expect(slow.socket.destroyed).toBe(true);
  });

  it('ends when its source is taken out of the file', async () => {
    const taken: number[] = [];
    const { socket, forget, dropped } = connected(async (messages) => void taken.push(messages.length));
    socket.write('<85>one\n');
    await settled();
    forget();
    socket.write('<85>two\n');
    await settled();
    expect([taken, dropped, socket.destroyed]).toEqual([[1], ['unknown_sender'], true]);
  });
});
