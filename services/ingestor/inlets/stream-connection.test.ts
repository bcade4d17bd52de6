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
import { type ConnectionTools, StreamConnection } from './stream-connection.js';

const source: ConfiguredSource = {
  source: 'dpi',
  groupId: 'helix',
  authority: 'group',
  reading: plainReading,
  detects: false,
  certificates: [],
  listeners: [],
  senders: [],
};

function connected(take: ConnectionTools['take'], bytesMax = 1_000_000) {
  const socket = new PassThrough();
  const clock = new FakeClock();
  const limits = { bytesMax, sourceBytesMax: bytesMax / 2, sourceRequestsMax: 4, register: { groupCount: 1 } };
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

/** A log that takes what it is given when it is told to. */
function slowLog() {
  const batches: { readonly count: number; readonly written: () => void; readonly durable: () => void }[] = [];
  const take: ConnectionTools['take'] = (messages, _, written) =>
    new Promise((durable) => batches.push({ count: messages.length, written, durable }));
  return { take, batches };
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

describe('a connection', () => {
  it('that begins a handshake of TLS is closed at once, and one that holds such bytes later is not', () => {
    const { take } = slowLog();
    const hello = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);
    const tls = connected(take);
    tls.socket.write(hello);
    const plain = connected(take);
    plain.socket.write('<85>1');
    plain.socket.write(hello);
    expect([tls.dropped, tls.socket.destroyed]).toEqual([['bad_handshake'], true]);
    expect([plain.dropped, plain.socket.destroyed]).toEqual([[], false]);
  });

  it('is read no further than a limit while what came is not durable, and goes on when it is', async () => {
    const { take, batches } = slowLog();
    const { socket, budget, connection } = connected(take, 20_000_000);
    const line = `<85>${'x'.repeat(10_000)}\n`;
    for (let more = 0; more < 300; more += 1) socket.write(line);
    await settled();
    for (const { written } of batches) written();
    await settled();
    const heldMax = 2 * 1024 * 1024 + 65_536;
    expect(socket.isPaused()).toBe(true);
    const other = budget.lease(source);
    expect(() => other.take(10_000_000 - heldMax)).not.toThrow();
    other.release();
    for (let at = 0; at < batches.length; at += 1) {
      batches[at]?.written();
      batches[at]?.durable();
      await settled();
    }
    expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(300);
    expect(batches.length).toBeLessThan(30);
    socket.destroy();
    await connection.closed();
    expect(() => budget.lease(source).take(10_000_000)).not.toThrow();
  });

  it('has batches under way while those before wait for the log, one after the other in the order in which they came', async () => {
    const { take, batches } = slowLog();
    const { socket } = connected(take, 20_000_000);
    const line = `<85>${'x'.repeat(100_000)}\n`;
    for (let more = 0; more < 10; more += 1) {
      socket.write(line);
      await settled();
    }
    expect(batches.map(({ count }) => count)).toEqual([1]);
    batches[0]?.written();
    await settled();
    expect(batches.map(({ count }) => count)).toEqual([1, 9]);
    batches[1]?.written();
    batches[1]?.durable();
    for (let more = 0; more < 2; more += 1) socket.write(line);
    await settled();
    // So little waits for what is under way, for each message would be handed over by itself otherwise.
    expect(batches.map(({ count }) => count)).toEqual([1, 9]);
    batches[0]?.durable();
    await settled();
    expect(batches.map(({ count }) => count)).toEqual([1, 9, 2]);
  });

  it('is over when the last of its batches is durable, whichever that is', async () => {
    const { take, batches } = slowLog();
    const { socket, connection } = connected(take, 20_000_000);
    const line = `<85>${'x'.repeat(200_000)}\n`;
    for (let more = 0; more < 4; more += 1) socket.write(line);
    await settled();
    batches[0]?.written();
    await settled();
    socket.end('<85>no end of line');
    let isOver = false;
    void connection.closed().then(() => (isOver = true));
    for (let turn = 0; turn < 3; turn += 1) {
      await settled();
      for (const { written } of batches) written();
    }
    await settled();
    for (const { durable } of batches.toReversed()) {
      expect(isOver).toBe(false);
      durable();
      await settled();
    }
    expect(isOver).toBe(true);
    expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  });

  it('holds no memory while it waits for some, so that two that wait for each other both go on', async () => {
    const taken: string[] = [];
    const clock = new FakeClock();
    const limits = { bytesMax: 400, sourceBytesMax: 200, sourceRequestsMax: 4, register: { groupCount: 1 } };
    const budget = new IntakeBudget(limits, new Metrics('ingestor'));
    const sockets = ['a', 'b'].map((name) => {
      const socket = new PassThrough();
      const take = async (messages: readonly Framed[]) => {
        await clock.sleep(10);
        for (const _ of messages) taken.push(name);
      };
      const tools = {
        framer: framerOf({ kind: 'syslog' }),
        source: () => source,
        take,
        lease: budget.lease(source),
        clock,
        log: silentLog,
      };
      const connection = new StreamConnection(socket as unknown as Socket, {
        ...tools,
        dropped: () => {},
        signal: new AbortController().signal,
      });
      return { socket, connection };
    });
    for (let round = 0; round < 20; round += 1) for (const { socket } of sockets) socket.write(`<85>${'x'.repeat(90)}\n`);
    while (taken.length < 40) {
      await clock.advance(100);
      await settled();
    }
    for (const { connection } of sockets) connection.look();
    expect(taken.toSorted().join('')).toBe('a'.repeat(20) + 'b'.repeat(20));
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
