import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { installCodecs } from './codecs.js';
import { decompressedBytesMax } from './record-batch.js';

describe.each([
  ['zstd', kafkajs.CompressionTypes.ZSTD, zstdCompressSync],
  ['gzip', kafkajs.CompressionTypes.GZIP, gzipSync],
] as const)('record batches packed by %s', (_name, type, pack) => {
  installCodecs();
  const codec = kafkajs.CompressionCodecs[type]();

  it('come back as they were', async () => {
    const buffer = Buffer.from('{"a":1}\n'.repeat(100_000));
    expect((await codec.decompress(await codec.compress({ buffer }))).equals(buffer)).toBe(true);
  });

  it('are read to the end of their last part', async () => {
    const parts = [pack(Buffer.from('one ')), pack(Buffer.from('two'))];
    expect((await codec.decompress(Buffer.concat(parts))).toString()).toBe('one two');
    await expect(codec.decompress(Buffer.concat([...parts, Buffer.from('junk')]))).rejects.toThrow();
    await expect(codec.decompress(Buffer.concat(parts).subarray(0, -1))).rejects.toThrow();
  });

  it('do not grow beyond the limit, in one part or in many', async () => {
    const part = pack(Buffer.alloc(decompressedBytesMax / 4));
    await expect(codec.decompress(pack(Buffer.alloc(decompressedBytesMax + 1)))).rejects.toThrow(/more than|too large/);
    await expect(codec.decompress(Buffer.concat([part, part, part, part, pack(Buffer.alloc(1))]))).rejects.toThrow(/more than/);
  });
});
