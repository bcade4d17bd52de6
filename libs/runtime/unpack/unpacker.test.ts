import { spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { unpackBytes } from './unpack-bytes.js';
import { type Packing, Unpacker } from './unpacker.js';

const bytesMax = 1024 * 1024;

describe('a packed text of several parts', () => {
  it.each(['zstd', 'gzip'] as const)('comes out whole, whatever pieces it comes in (%s)', async (packing) => {
    await fc.assert(
      fc.asyncProperty(fc.array(part(packing), { minLength: 1, maxLength: 6 }), cuts(), async (parts, at) => {
        const packed = Buffer.concat(parts.map(({ bytes }) => bytes));
        const text = parts.map((one) => one.text).join('');
        expect((await unpacked(packing, inPieces(packed, at))).toString()).toBe(text);
        expect((await unpackBytes(packing, packed, bytesMax)).toString()).toBe(text);
      }),
      { numRuns: 150 },
    );
  });

  it.each(['zstd', 'gzip'] as const)('comes out whole, cut in two at any byte (%s)', async (packing) => {
    const packed = Buffer.concat([
      ...(packing === 'zstd' ? [skippable(3)] : []),
      pack(packing, 'one '),
      pack(packing, ''),
      pack(packing, 'two'),
    ]);
    for (let at = 0; at <= packed.length; at += 1)
      expect((await unpacked(packing, inPieces(packed, [at]))).toString()).toBe('one two');
  });

  it('may end with frames to be skipped, or consist of them', async () => {
    const packed = Buffer.concat([skippable(0), pack('zstd', 'one'), skippable(100, 15), skippable(0)]);
    expect((await unpackBytes('zstd', packed, bytesMax)).toString()).toBe('one');
    expect(await unpackBytes('zstd', skippable(9), bytesMax)).toHaveLength(0);
  });

  it('is an error when it is cut off, at every byte that is no end of a part', async () => {
    for (const packing of ['zstd', 'gzip'] as const) {
      const parts = [pack(packing, 'one '), ...(packing === 'zstd' ? [skippable(5)] : []), pack(packing, 'two')];
      const packed = Buffer.concat(parts);
      const ends = parts.map((_, index) => Buffer.concat(parts.slice(0, index + 1)).length);
      for (let at = 1; at < packed.length; at += 1) {
        const cut = packed.subarray(0, at);
        if (ends.includes(at)) await expect(unpackBytes(packing, cut, bytesMax)).resolves.toBeInstanceOf(Buffer);
        else {
          await expect(unpackBytes(packing, cut, bytesMax)).rejects.toMatchObject({ name: 'UnpackError' });
          await expect(unpacked(packing, inPieces(cut, [at - 1]))).rejects.toMatchObject({ name: 'UnpackError' });
        }
      }
    }
  });

  it.each(['zstd', 'gzip', 'deflate', 'br'] as const)('is an error when anything else lies behind it (%s)', async (packing) => {
    const behind = fc.oneof(
      fc
        .constantFrom('\0', '\0\0\0\0', '\n', 'garbage', '\x1f\x8b', '(\xb5/\xfd', 'P*M\x18')
        .map((text) => Buffer.from(text, 'latin1')),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(5).map((zeros) => Buffer.concat([Buffer.alloc(zeros + 1), pack(packing, 'after padding')])),
    );
    await fc.assert(
      fc.asyncProperty(behind, cuts(), async (junk, at) => {
        const packed = Buffer.concat([pack(packing, 'one'), junk]);
        await expect(unpackBytes(packing, packed, bytesMax)).rejects.toMatchObject({ name: 'UnpackError' });
        await expect(unpacked(packing, inPieces(packed, at))).rejects.toMatchObject({ name: 'UnpackError' });
        await expect(unpacked(packing, inPieces(packed, [packed.length - junk.length]))).rejects.toMatchObject({
          name: 'UnpackError',
        });
      }),
      { numRuns: 60 },
    );
  });

  it('says where the last good frame ended', async () => {
    const good = Buffer.concat([pack('zstd', 'one'), pack('zstd', 'two')]);
    const packed = Buffer.concat([good, Buffer.from('garbage')]);
    await expect(unpackBytes('zstd', packed, bytesMax)).rejects.toMatchObject({
      reason: 'junk_behind',
      message: expect.stringContaining(`byte ${good.length} `),
    });
  });

  it.each(['zstd', 'gzip'] as const)('counts against one limit (%s)', async (packing) => {
    const parts = Array.from({ length: 10 }, () => pack(packing, 'x'.repeat(1000)));
    expect(await unpackBytes(packing, Buffer.concat(parts), 10_000)).toHaveLength(10_000);
    await expect(unpackBytes(packing, Buffer.concat(parts), 9_999)).rejects.toMatchObject({ reason: 'too_large' });
    await expect(unpackBytes(packing, pack(packing, 'x'.repeat(20_000)), 9_999)).rejects.toMatchObject({ reason: 'too_large' });
  });

  it.each([
    ['a window of 2 GiB', '28b52ffd00a8', /128 MiB/],
    ['a dictionary', '28b52ffd01002a', /dictionary/],
  ])('says what to do where a frame asks for %s', async (_, head, message) => {
    const frame = Buffer.concat([Buffer.from(head, 'hex'), Buffer.from('010000', 'hex')]);
    await expect(unpackBytes('zstd', frame, 100)).rejects.toMatchObject({
      reason: 'damaged',
      message: expect.stringMatching(message),
    });
  });

  it('has no more frames than are allowed', async () => {
    expect(await unpacked('zstd', emptyFrames(50), 50)).toHaveLength(0);
    await expect(unpacked('zstd', emptyFrames(51), 50)).rejects.toMatchObject({ reason: 'too_many_frames' });
  });

  it('does not go on while nobody reads it', async () => {
    const unpacker = new Unpacker('zstd');
    unpacker.end(Buffer.concat(Array.from({ length: 100 }, () => pack('zstd', 'x'.repeat(100_000)))));
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(unpacker.readableLength).toBeLessThan(1_000_000);
    let length = 0;
    for await (const chunk of unpacker as AsyncIterable<Buffer>) length += chunk.length;
    expect(length).toBe(10_000_000);
  });
});

const cli = spawnSync('zstd', ['--version']);
if (cli.error) console.warn('skipped: frames of the zstd command, because it is not there');
(cli.error ? describe.skip : describe)('frames of the zstd command', () => {
  const text = Array.from({ length: 5_000 }, (_, index) => `{"line":${index},"x":${(index * 7919) % 10007}}\n`).join('');

  it('come out whole, at any level, with and without checksum and size, in blocks of any size', async () => {
    const options = [
      ['-1'],
      ['-19', '--no-check'],
      ['--fast=5'],
      ['--long'],
      ['-B4096'],
      ['--stream-size=0'],
      ['-T2', '-B65536'],
    ];
    const parts = options.map((some) => spawnSync('zstd', ['-q', '-c', ...some], { input: text }).stdout);
    for (const one of parts) expect((await unpackBytes('zstd', one, 2 * text.length)).toString()).toBe(text);
    const all = Buffer.concat(parts);
    const pieces = inPieces(
      all,
      Array.from({ length: 99 }, (_, index) => index * 641),
    );
    expect((await unpacked('zstd', pieces)).toString()).toBe(text.repeat(parts.length));
  });
});

function part(packing: 'zstd' | 'gzip'): fc.Arbitrary<{ readonly text: string; readonly bytes: Buffer }> {
  const text = fc.oneof(
    fc.constant(''),
    fc.string({ maxLength: 200 }),
    fc.tuple(fc.string({ minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 40_000 })).map(([s, n]) => s.repeat(n)),
  );
  const packed = fc.tuple(text, fc.nat(7)).map(([one, how]) => ({ text: one, bytes: pack(packing, one, how) }));
  if (packing === 'gzip') return packed;
  return fc.oneof(
    { weight: 5, arbitrary: packed },
    fc.tuple(fc.nat(50), fc.nat(15)).map(([length, kind]) => ({ text: '', bytes: skippable(length, kind) })),
  );
}

/** `how` chooses level, checksum, and whether the size is told. */
function pack(packing: Packing, text: string, how = 0): Buffer {
  const bytes = Buffer.from(text);
  if (packing === 'gzip') return gzipSync(bytes, { level: how + 1 });
  if (packing === 'deflate') return deflateSync(bytes);
  if (packing === 'br') return brotliCompressSync(bytes);
  const params = {
    [constants.ZSTD_c_compressionLevel]: how + 1,
    [constants.ZSTD_c_checksumFlag]: how & 1,
    [constants.ZSTD_c_contentSizeFlag]: (how >> 1) & 1,
  };
  return zstdCompressSync(bytes, { params, ...(how & 4 ? { pledgedSrcSize: bytes.length } : {}) });
}

function emptyFrames(count: number): readonly Buffer[] {
  return [Buffer.concat(Array.from({ length: count }, () => pack('zstd', '')))];
}

function skippable(length: number, kind = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a50 + kind, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, Buffer.alloc(length, 0x28)]);
}

function cuts(): fc.Arbitrary<readonly number[]> {
  return fc.array(fc.nat(2000), { maxLength: 12 });
}

function inPieces(bytes: Buffer, at: readonly number[]): readonly Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return places.slice(1).map((to, index) => bytes.subarray(places[index], to));
}

async function unpacked(packing: Packing, pieces: readonly Buffer[], framesMax?: number): Promise<Buffer> {
  const unpacker = new Unpacker(packing, framesMax === undefined ? {} : { framesMax });
  const chunks: Buffer[] = [];
  Readable.from(pieces, { objectMode: true }).pipe(unpacker);
  for await (const chunk of unpacker as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
