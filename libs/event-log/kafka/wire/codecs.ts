// wire/: what stands between kafkajs and the bytes of its protocol, where its own code breaks on them.
// It knows record batches and answers of brokers, and nothing of groups or readers.

import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { unpackBytes } from '#libs/runtime/unpack/unpack-bytes.js';
import { decompressedBytesMax } from './record-batch.js';
import { takeUnpacked } from './unreadable-batches.js';

/** kafkajs has no zstd, and its gzip decompresses without limit (its issue 1795): both are Node's own here, with a limit. */
export function installCodecs(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: Encoder) => promisify(zstdCompress)(buffer),
    decompress: unpacking('zstd'),
  });
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
    compress: ({ buffer }: Encoder) => promisify(gzip)(buffer),
    decompress: unpacking('gzip'),
  });
}

function unpacking(packing: 'gzip' | 'zstd'): (buffer: Buffer) => Promise<Buffer> {
  return async (buffer) => takeUnpacked(buffer) ?? unpackBytes(packing, buffer, decompressedBytesMax);
}

interface Encoder {
  readonly buffer: Buffer;
}
