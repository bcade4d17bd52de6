import type { Transform } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { createLz4Frame } from './lz4-frame.js';

/** How an answer is compressed. */
export interface Encoder {
  /** As `Content-Encoding` says it. */
  readonly name: string;
  readonly stream: Transform;
}

/** In the order in which they are preferred: fast ones, levels as ClickHouse has them for HTTP. */
const encoders: readonly (readonly [string, () => Transform])[] = [
  ['gzip', () => createGzip({ level: 3 })],
  ['zstd', () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } })],
  ['lz4', createLz4Frame],
];

/** The first that an `Accept-Encoding` allows; undefined for an answer as it is. */
export function encoderOf(acceptEncoding: string | undefined): Encoder | undefined {
  const allowed = new Set(
    (acceptEncoding ?? '')
      .toLowerCase()
      .split(',')
      .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
      .map((part) => part.split(';')[0]?.trim()),
  );
  const found = encoders.find(([name]) => allowed.has(name));
  return found && { name: found[0], stream: found[1]() };
}
