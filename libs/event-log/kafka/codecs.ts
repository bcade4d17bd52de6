import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { unpackBytes } from '#libs/runtime/unpack/unpack-bytes.js';

/** A record batch may not grow beyond this when it is decompressed, in bytes: four of the largest frames. */
export const decompressedBytesMax = 64 * 1024 * 1024;

/** kafkajs has no zstd, and its gzip decompresses without limit (its issue 1795): both are Node's own here, with a limit. */
export function installCodecs(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: Encoder) => promisify(zstdCompress)(buffer),
    decompress: (buffer: Buffer) => unpackBytes('zstd', buffer, decompressedBytesMax),
  });
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
    compress: ({ buffer }: Encoder) => promisify(gzip)(buffer),
    decompress: (buffer: Buffer) => unpackBytes('gzip', buffer, decompressedBytesMax),
  });
}

interface Encoder {
  readonly buffer: Buffer;
}
