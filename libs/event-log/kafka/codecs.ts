import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

/** A record batch may not grow beyond this when it is decompressed, in bytes: four of the largest frames. */
export const decompressedBytesMax = 64 * 1024 * 1024;

const limits = { maxOutputLength: decompressedBytesMax };

/** kafkajs has no zstd, and its gzip decompresses without limit (its issue 1795): both are Node's own here, with a limit. */
export function installCodecs(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: Encoder) => promisify(zstdCompress)(buffer),
    decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer, limits),
  });
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
    compress: ({ buffer }: Encoder) => promisify(gzip)(buffer),
    decompress: (buffer: Buffer) => promisify(gunzip)(buffer, limits),
  });
}

interface Encoder {
  readonly buffer: Buffer;
}
