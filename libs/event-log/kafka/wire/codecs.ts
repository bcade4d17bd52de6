// wire/: what stands between kafkajs and the bytes of its protocol, where its own code breaks on them.
// It knows record batches and answers of brokers, and nothing of groups or readers.

import { promisify } from 'node:util';
import { constants, gzip, zstdCompress, zstdCompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { unpackRecords } from './record-batch.js';
import { takeUnpacked } from './unreadable-batches.js';

/** Faster than the level that zstd takes by itself, and for rows of accesses no larger: they are short texts that repeat, and numbers that do not. */
const zstdLevel = 1;
/** Less is packed on this thread: a trip to the thread pool takes longer. */
const syncBytesMax = 16 * 1024;
/** Rows come to a seventh or less, so that what is packed is one piece; each further one is a trip to the thread pool. */
const expansionMin = 4;
const pieceBytesMin = 4 * 1024;

const zstd = promisify(zstdCompress);

/**
 * kafkajs has gzip alone, and decompresses that without limit (its issue 1795): all are ours here, with a limit. Nothing is packed by Snappy or LZ4, but
 * topics are read in which others did so: producers, or brokers by `compression.type`.
 */
export function installCodecs(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: Encoder) => packZstd(buffer),
    decompress: unpacking(kafkajs.CompressionTypes.ZSTD),
  });
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
    compress: ({ buffer }: Encoder) => promisify(gzip)(buffer),
    decompress: unpacking(kafkajs.CompressionTypes.GZIP),
  });
  for (const type of [kafkajs.CompressionTypes.Snappy, kafkajs.CompressionTypes.LZ4] as const)
    kafkajs.CompressionCodecs[type] = () => ({ compress: onlyRead, decompress: unpacking(type) });
}

/** Bytes that are in hand as a whole, as one frame of zstd that says how long it was. */
export async function packZstd(bytes: Buffer): Promise<Buffer> {
  const options = {
    params: { [constants.ZSTD_c_compressionLevel]: zstdLevel },
    // With it zstd takes tables of that size, and not of the largest window.
    pledgedSrcSize: bytes.length,
    chunkSize: Math.max(pieceBytesMin, Math.ceil(bytes.length / expansionMin)),
  };
  return bytes.length <= syncBytesMax ? zstdCompressSync(bytes, options) : zstd(bytes, options);
}

async function onlyRead(): Promise<never> {
  throw new Error('nothing is packed by Snappy or LZ4 here: zstd is smaller');
}

function unpacking(type: kafkajs.CompressionTypes): (buffer: Buffer) => Promise<Buffer> {
  return async (buffer) => takeUnpacked(buffer) ?? unpackRecords(type, buffer);
}

interface Encoder {
  readonly buffer: Buffer;
}
