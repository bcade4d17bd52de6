import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BodyReader } from './body.js';
import { exceptionOf } from '../engine/exception.js';

const bytesMax = 1000;
const bodies = new BodyReader(bytesMax);
let held = Promise.resolve();
let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer((message, response) => {
    const take = async (body: Buffer) => {
      await held;
      response.end(body);
    };
    bodies.read(message, take).catch((cause: unknown) => response.end(`code ${exceptionOf(cause).code}`));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.close();
});

describe('a body', () => {
  it.each<readonly [string | undefined, (text: string) => Buffer]>([
    [undefined, (text) => Buffer.from(text)],
    ['identity', (text) => Buffer.from(text)],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('comes out as it was meant (%s)', async (encoding, encode) => {
    expect(await sent(encode('é'.repeat(400)), encoding)).toBe('é'.repeat(400));
    expect(bodies.bytesInHand).toBe(0);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)('of several parts comes out whole (%s)', async (encoding, encode) => {
    expect(await sent(Buffer.concat(['1\n', '2\n', '3\n'].map((text) => encode(Buffer.from(text)))), encoding)).toBe('1\n2\n3\n');
  });

  it.each([
    ['too large', Buffer.alloc(bytesMax + 1), undefined, 307],
    ['too large once it is decompressed', gzipSync(Buffer.alloc(1_000_000)), 'gzip', 307],
    ['not what it says', Buffer.from('plain'), 'gzip', 354],
    ['cut off', gzipSync('x'.repeat(500)).subarray(0, 20), 'gzip', 354],
    ['too large in all its parts', Buffer.concat([1, 2, 3].map(() => zstdCompressSync(Buffer.alloc(400)))), 'zstd', 307],
    ['in too many parts', Buffer.concat(Array.from({ length: 17_000 }, () => zstdCompressSync(Buffer.alloc(0)))), 'zstd', 307],
    ['followed by something else', Buffer.concat([gzipSync('x'), Buffer.from('\n')]), 'gzip', 354],
    ['followed by something else', Buffer.concat([zstdCompressSync(Buffer.from('x')), Buffer.from('\n')]), 'zstd', 354],
    ['in an encoding that is not known', Buffer.from('x'), 'snappy', 432],
  ])('is refused when it is %s, and nothing of it is kept', async (_, body, encoding, code) => {
    expect(await sent(body, encoding)).toBe(`code ${code}`);
    expect(bodies.bytesInHand).toBe(0);
  });

  it('is refused when others in hand leave no room, until they are done', async () => {
    const gate = Promise.withResolvers<void>();
    held = gate.promise;
    const first = [sent(Buffer.alloc(900, 97)), sent(Buffer.alloc(900, 98))];
    while (bodies.bytesInHand < 1800) await new Promise((resolve) => setImmediate(resolve));
    expect(await sent(Buffer.alloc(900, 99))).toBe('code 202');
    gate.resolve();
    expect((await Promise.all(first)).map(({ length }) => length)).toEqual([900, 900]);
    expect(await sent(Buffer.alloc(900, 99))).toHaveLength(900);
  });
});

describe('bodies of many pieces', () => {
  it('come out whole beside and after one another, however large: the room of one is that of the next', async () => {
    const large = new BodyReader(8 * 1024 * 1024);
    const [first, second] = [800_000, 3_000_000].map((bytes, n) => Buffer.from(`${n}é `.repeat(bytes / 4)));
    const bodiesSent = [first, second, Buffer.from('short'), first, second].flatMap((body) => body ?? []);
    const whole = async (body: Buffer): Promise<Buffer> => {
      let taken = Buffer.alloc(0);
      // Pieces of odd sizes, a turn of the event loop apart, so that bodies come side by side.
      const pieces = async function* (): AsyncGenerator<Buffer> {
        for (let at = 0, size = 1; at < body.length; at += size, size = 1 + ((size * 7) % 70_001)) {
          const piece = Buffer.from(body.subarray(at, at + size));
          yield piece;
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const message = Object.assign(Readable.from(pieces()), { headers: {} }) as unknown as IncomingMessage;
      await large.read(message, async (read) => {
        await new Promise((resolve) => setImmediate(resolve));
        taken = Buffer.from(read);
      });
      return taken;
    };
    for (let turn = 0; turn < 2; turn += 1)
      for (const [n, body] of (await Promise.all(bodiesSent.map(whole))).entries())
        expect(body.equals(bodiesSent[n] ?? Buffer.alloc(0))).toBe(true);
    expect(large.bytesInHand).toBe(0);
  });
});

async function sent(body: Buffer, encoding?: string): Promise<string> {
  const headers = encoding === undefined ? {} : { 'content-encoding': encoding };
  return (await fetch(url, { method: 'POST', body: new Uint8Array(body), headers })).text();
}
