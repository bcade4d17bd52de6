// http/: requests and answers: bodies, who asks, encodings, errors as ClickHouse gives them.
// The road is server.ts.

import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { giveBack } from '#libs/runtime/unpack/give-back.js';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { isPacking, Unpacker } from '#libs/runtime/unpack/unpacker.js';
import { exception } from '../engine/exception.js';
import { header } from '../sql/request.js';

/** Bodies in hand at one time may take this many times the limit of one. */
const bodiesInHandMax = 2;
/** Frames of zstd in one body. */
const framesMax = 16_384;

/** A buffer for a body of several pieces at the least, in bytes, and how many of what size are kept for the next ones: as many as inserts run at a time. */
const roomBytesMin = 1024 * 1024;
const spareRooms = 3;
const spareBytesMax = 64 * 1024 * 1024;

/**
 * Reads request bodies, decompressed, under a limit for one and a limit for all together. Pieces are copied as they come into a buffer that was
 * used before: pieces that are kept until the last grow old, and the collector took as long for them as the engine for a fifth of the rows.
 */
export class BodyReader {
  #inHand = 0;
  readonly #spare: Buffer[] = [];

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
    let bytes = 0;
    let whole: Buffer = nothing;
    let room: Buffer | undefined;
    const take = async (source: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of source) {
        const before = bytes;
        bytes += chunk.length;
        this.#inHand += chunk.length;
        if (bytes > this.bytesMax)
          throw exception(307, 'TOO_MANY_BYTES', `The request body is larger than ${this.bytesMax} bytes; send it in parts`);
        if (this.#inHand > this.bytesMax * bodiesInHandMax)
          throw exception(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', 'Too many request bodies at once; try again in a moment');
        if (before === 0) {
          whole = chunk;
          continue;
        }
        if (!room || room.length < bytes) room = this.#roomFor(bytes, whole, room);
        chunk.copy(room, before);
        giveBack(chunk);
        whole = room.subarray(0, bytes);
      }
    };
    try {
      await receive(message, take);
      return await use(whole);
    } finally {
      this.#inHand -= bytes;
      this.#keep(room);
    }
  }

  /** Room for so many bytes and what else comes, with what came already. */
  #roomFor(bytes: number, whole: Buffer, outgrown: Buffer | undefined): Buffer {
    const fitting = this.#spare.findIndex(({ length }) => length >= bytes);
    const [room = Buffer.allocUnsafeSlow(Math.max(roomBytesMin, 2 * bytes))] = fitting < 0 ? [] : this.#spare.splice(fitting, 1);
    whole.copy(room);
    if (outgrown) this.#keep(outgrown);
    else giveBack(whole);
    return room;
  }

  /** The largest are kept: they fit whatever comes. */
  #keep(room: Buffer | undefined): void {
    if (!room || room.length > spareBytesMax) return;
    this.#spare.push(room);
    this.#spare.sort((a, b) => b.length - a.length);
    this.#spare.length = Math.min(spareRooms, this.#spare.length);
  }
}

const nothing = Buffer.alloc(0);

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
