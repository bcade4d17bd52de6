// http/: requests and answers: bodies, who asks, encodings, errors as ClickHouse gives them.
// The road is server.ts.

import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { isPacking, Unpacker } from '#libs/runtime/unpack/unpacker.js';
import { exception } from '../engine/exception.js';
import { header } from '../sql/request.js';

/** Bodies in hand at one time may take this many times the limit of one. */
const bodiesInHandMax = 2;
/** Frames of zstd in one body. */
const framesMax = 16_384;

/** Reads request bodies, decompressed, under a limit for one and a limit for all together. */
export class BodyReader {
  #inHand = 0;

  constructor(private readonly bytesMax: number) {}

  get bytesInHand(): number {
    return this.#inHand;
  }

  /**
   * Hands the whole body to `use` and forgets it afterwards. Rejects with code 241 when too much is in hand already (HTTP 503), with 307
   * (HTTP 413) when this body is too large, with 354 when it cannot be decompressed
   * to its end, with 432 in an encoding that is not known.
   */
  async read<T>(message: IncomingMessage, use: (body: Buffer) => Promise<T>): Promise<T> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = async (source: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of source) {
        bytes += chunk.length;
        this.#inHand += chunk.length;
        if (bytes > this.bytesMax)
          throw exception(307, 'TOO_MANY_BYTES', `The request body is larger than ${this.bytesMax} bytes; send it in parts`);
        if (this.#inHand > this.bytesMax * bodiesInHandMax)
          throw exception(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', 'Too many request bodies at once; try again in a moment');
        chunks.push(chunk);
      }
    };
    try {
      await receive(message, take);
      return await use(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
    } finally {
      this.#inHand -= bytes;
    }
  }
}

async function receive(message: IncomingMessage, take: (source: AsyncIterable<Buffer>) => Promise<void>): Promise<void> {
  const encoding = header(message, 'content-encoding')?.toLowerCase();
  if (encoding === undefined || encoding === 'identity') return take(message);
  if (!isPacking(encoding))
    throw exception(
      432,
      'UNKNOWN_COMPRESSION_METHOD',
      `Unknown compression method ${encoding.slice(0, 20)}; gzip, deflate, br and zstd are known`,
    );
  try {
    await pipeline(message as Readable, new Unpacker(encoding, { framesMax }), take);
  } catch (cause) {
    if (!(cause instanceof UnpackError)) throw cause;
    if (cause.reason === 'too_many_frames') throw exception(307, 'TOO_MANY_BYTES', `The request body: ${cause.message}`);
    throw exception(354, 'ZLIB_INFLATE_FAILED', `The request body is not whole: ${cause.message}`);
  }
}
