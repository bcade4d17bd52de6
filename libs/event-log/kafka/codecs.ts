import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';

/** A record batch may not grow beyond this when it is decompressed, in bytes: four of the largest frames. */
export const decompressedBytesMax = 64 * 1024 * 1024;

const limits = { maxOutputLength: decompressedBytesMax };

/** kafkajs has no zstd, and its gzip decompresses without limit (its issue 1795): both are Node's own here, with a limit. */
export function installCodecs(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: Encoder) => promisify(zstdCompress)(buffer),
    decompress: unzstd,
  });
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
    compress: ({ buffer }: Encoder) => promisify(gzip)(buffer),
    decompress: (buffer: Buffer) => promisify(gunzip)(buffer, limits),
  });
}

/**
 * Node fills pieces of 16 KiB, each a trip to its thread pool: a frame of 256 KiB cost 1.4 ms of CPU so, and costs 0.23 ms in one piece on
 * this thread (2026-11-23, 2 shared virtual cores). Large batches still go to the pool, for their time would hold up heartbeats.
 */
async function unzstd(buffer: Buffer): Promise<Buffer> {
  const chunkSize = Math.min(Math.max(buffer.length * expansion, pieceBytesMin), pieceBytesMax);
  const options = { ...limits, chunkSize };
  return buffer.length <= syncBytesMax ? zstdDecompressSync(buffer, options) : promisify(zstdDecompress)(buffer, options);
}
/** How much longer rows are than their compressed form, generously; too little only costs a second piece. */
const expansion = 12;
const pieceBytesMin = 16 * 1024;
const pieceBytesMax = 1024 * 1024;
/** Compressed bytes that are decompressed at once. */
const syncBytesMax = 256 * 1024;

interface Encoder {
  readonly buffer: Buffer;
}
