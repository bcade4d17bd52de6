import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { systemClock } from '#libs/runtime/clock.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { BodyBuffer, BodyBuffers } from './body-buffers.js';
import { readBody } from './read-body.js';

const limits = { bytesMax: 2 ** 22, inflatedBytesMax: 2 ** 22, fileBytesMax: 2 ** 22, bodyMs: 60_000 };
const packers = { gzip: gzipSync, zstd: zstdCompressSync, identity: (bytes: Buffer) => bytes } as const;
const encodings = Object.keys(packers) as readonly (keyof typeof packers)[];

describe('a body', () => {
  it('is what was sent, however it is packed, cut and announced, beside others that come and go', async () => {
    const buffers = new BodyBuffers();
    const part = fc.tuple(
      fc.oneof(fc.nat(300), fc.nat(400_000), fc.constantFrom(65_536, 262_144, 524_288)),
      fc.integer({ min: 1, max: 251 }),
    );
    const sent = fc.record({
      encoding: fc.constantFrom(...encodings),
      parts: fc.array(part, { minLength: 1, maxLength: 4 }),
      pieceBytes: fc.constantFrom(1000, 16_384, 65_536),
      isAnnounced: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 6 }), async (bodies) => {
        await Promise.all(
          bodies.map(async ({ encoding, parts, pieceBytes, isAnnounced }) => {
            const texts = parts.map(([length, step]) => Buffer.from(Uint8Array.from({ length }, (_, at) => (at * step) >> 3)));
            const wire = Buffer.concat(texts.map((text) => packers[encoding](text)));
            const announcedBytes = isAnnounced ? wire.length : 0;
            const lease = { take: () => {} };
            const buffer = new BodyBuffer(buffers, announcedBytes, lease);
            const tools = { limits, clock: systemClock, buffer, lease, announcedBytes, stopping: new AbortController().signal };
            const body = await readBody(Readable.from(pieces(wire, pieceBytes)), encoding, tools);
            expect(body.equals(Buffer.concat(texts))).toBe(true);
            buffer.release();
          }),
        );
      }),
      { numRuns: casesOf(25, 500) },
    );
  });
});

/** Each in memory of its own, as the sockets give them. */
function* pieces(wire: Buffer, pieceBytes: number): Generator<Buffer> {
  for (let at = 0; at < wire.length; at += pieceBytes) {
    const piece = wire.subarray(at, at + pieceBytes);
    const own = Buffer.allocUnsafeSlow(piece.length);
    piece.copy(own);
    yield own;
  }
}
