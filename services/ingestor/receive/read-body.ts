import type { Readable } from 'node:stream';
import type { Clock } from '#libs/runtime/clock.js';
import { isError } from '#libs/runtime/outcome.js';
import { freed, giveBack } from '#libs/runtime/unpack/give-back.js';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { Unpacker } from '#libs/runtime/unpack/unpacker.js';
import type { BodyBuffer } from './body-buffers.js';
import { ClientGone, HttpRefusal } from './http-refusal.js';

export interface BodyLimits {
  /** Bytes over the wire. */
  readonly bytesMax: number;
  /** Bytes after decompression. */
  readonly inflatedBytesMax: number;
  /** Bytes of a file that is taken while it comes, after decompression. */
  readonly fileBytesMax: number;
  /** Time for the whole body. */
  readonly bodyMs: number;
}

export interface BodyTools {
  readonly limits: BodyLimits;
  readonly clock: Clock;
  /** Where the body is put. */
  readonly buffer: BodyBuffer;
  /** Bytes of the body as it comes over the wire, where the sender says so; 0 where not. */
  readonly announcedBytes: number;
  /** Asked for memory before it is taken; may throw. */
  readonly lease: { take(bytes: number): void };
  /** Aborted when the service stops: bodies that are still coming in are sent away. */
  readonly stopping: AbortSignal;
}

/**
 * Reads a body into memory under its limits, decompressing it on the way (`gzip`, `zstd`, `identity`). What goes over a limit is not
 * read to its end. The answer lies in `tools.buffer`, and is good until that is released. Rejects with `HttpRefusal` (400, 408, 413, 415, 429, 503) or `ClientGone`.
 */
export function readBody(request: Readable, encoding: string | undefined, tools: BodyTools): Promise<Buffer> {
  const chunkSize = pieceBytesFor(tools.announcedBytes);
  const inflater = inflaterOf(encoding, chunkSize);
  if (inflater) tools.lease.take(chunkSize);
  const reading = new BodyReading(request, inflater, tools);
  return reading.result;
}

/** Frames of zstd in one body: each costs some 25 us of CPU, however short it is. */
const framesMax = 16_384;

/** How much longer rows are than their packed form, generously; too little only costs another piece. */
const expansion = 12;
const pieceBytesMin = 16 * 1024;
const pieceBytesMax = 256 * 1024;

/** Size of the pieces in which a packed body comes out: each is a trip to the thread pool, which costs more than to unpack 16 KiB. */
function pieceBytesFor(announcedBytes: number): number {
  return Math.min(Math.max(announcedBytes * expansion, pieceBytesMin), pieceBytesMax);
}

/** What unpacks a body of this encoding, in pieces of `chunkSize` bytes. Throws `HttpRefusal` 415 for one that is not known. */
export function inflaterOf(encoding: string | undefined, chunkSize: number = pieceBytesMax): Unpacker | undefined {
  const packing = packingOf(encoding);
  if (packing === undefined) throw new HttpRefusal(415, 'this Content-Encoding is not known; send gzip, zstd or nothing, once');
  return packing === 'none' ? undefined : new Unpacker(packing, { chunkSize, ...(packing === 'zstd' && { framesMax }) });
}

/** How what has this `Content-Encoding` is packed; undefined where it is not known. */
export function packingOf(encoding: string | undefined): 'none' | 'gzip' | 'zstd' | undefined {
  switch (encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return 'none';
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'zstd':
      return 'zstd';
    default:
      return undefined;
  }
}

function refusalOf(cause: Error): HttpRefusal {
  const isTooMany = cause instanceof UnpackError && cause.reason === 'too_many_frames';
  return new HttpRefusal(isTooMany ? 413 : 400, `the body cannot be unpacked, and nothing of it was taken: ${cause.message}`);
}

const nothing = Buffer.alloc(0);

class BodyReading {
  readonly result: Promise<Buffer>;
  #over = false;
  #unwatch: () => void = () => {};
  #wireBytes = 0;
  #lastPiece: Buffer = nothing;
  #resolve: (body: Buffer) => void = () => {};
  #reject: (cause: Error) => void = () => {};

  constructor(
    private readonly request: Readable,
    private readonly inflater: Unpacker | undefined,
    private readonly tools: BodyTools,
  ) {
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#listen();
    this.#watch();
  }

  #listen(): void {
    const { request, inflater } = this;
    request.on('data', (chunk: Buffer) => this.#guard(() => this.#onWire(chunk)));
    request.on(
      'close',
      () => request.readableEnded || this.#fail(new ClientGone('the sender closed the connection before the end of the body')),
    );
    request.on('error', () => this.#fail(new ClientGone('the connection broke before the end of the body')));
    if (!inflater) return void request.on('end', () => this.#done());
    inflater.on('data', (chunk: Buffer) => this.#guard(() => this.#onInflated(chunk)));
    inflater.on('end', () => {
      // Of the last piece a part was filled. Nothing writes into it any more.
      if (this.#lastPiece.length > 0) freed(this.#lastPiece.buffer);
      this.#done();
    });
    inflater.on('error', (cause) => this.#fail(refusalOf(cause)));
    request.pipe(inflater);
  }

  #watch(): void {
    const { clock, limits, stopping } = this.tools;
    const late = () => this.#fail(new HttpRefusal(408, `the body did not come in within ${limits.bodyMs / 1000} s`));
    const leave = () => this.#fail(new HttpRefusal(503, 'the service is stopping; send this again', 1));
    const stopTimer = clock.every(limits.bodyMs, late);
    stopping.addEventListener('abort', leave);
    this.#unwatch = () => {
      stopTimer();
      stopping.removeEventListener('abort', leave);
    };
    if (stopping.aborted) leave();
  }

  #onWire(chunk: Buffer): void {
    const { bytesMax } = this.tools.limits;
    this.#wireBytes += chunk.length;
    if (this.#wireBytes > bytesMax) throw new HttpRefusal(413, `the body has more than ${bytesMax} bytes; send smaller batches`);
    if (this.inflater) return;
    this.tools.buffer.append(chunk);
    giveBack(chunk);
  }

  #onInflated(chunk: Buffer): void {
    const { inflatedBytesMax } = this.tools.limits;
    if (this.tools.buffer.length + chunk.length > inflatedBytesMax)
      throw new HttpRefusal(413, `the body has more than ${inflatedBytesMax} bytes after decompression; send smaller batches`);
    this.tools.buffer.append(chunk);
    // Pieces of one buffer come one behind the other, and what it ends with is the last that is written there.
    const isFull = chunk.byteOffset + chunk.length === chunk.buffer.byteLength;
    if (isFull) freed(chunk.buffer);
    this.#lastPiece = isFull ? nothing : chunk;
  }

  #guard(step: () => void): void {
    if (this.#over) return;
    try {
      step();
    } catch (cause) {
      this.#fail(isError(cause) ? cause : new Error('the body could not be read', { cause }));
    }
  }

  #done(): void {
    this.#guard(() => {
      const body = this.tools.buffer.bytes();
      this.#finish();
      this.#resolve(body);
    });
  }

  #fail(cause: Error): void {
    if (this.#over) return;
    this.#finish();
    if (this.inflater) {
      this.request.unpipe(this.inflater);
      this.inflater.destroy();
    }
    // What still comes is thrown away until the connection is cut, so that the answer can reach a sender that is still sending.
    this.request.resume();
    this.#reject(cause);
  }

  #finish(): void {
    this.#over = true;
    this.#unwatch();
  }
}
