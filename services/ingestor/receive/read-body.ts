import type { Readable, Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Clock } from '#libs/runtime/clock.js';
import { ClientGone, HttpRefusal } from './http-refusal.js';
import type { Lease } from './intake-budget.js';

export interface BodyLimits {
  /** Bytes over the wire. */
  readonly bytesMax: number;
  /** Bytes after decompression. */
  readonly inflatedBytesMax: number;
  /** Time for the whole body. */
  readonly bodyMs: number;
}

export interface BodyTools {
  readonly limits: BodyLimits;
  readonly clock: Clock;
  readonly lease: Lease;
  /** Aborted when the service stops: bodies that are still coming in are sent away. */
  readonly stopping: AbortSignal;
}

/**
 * Reads a body into memory under its limits, decompressing it on the way (`gzip`, `zstd`, `identity`). What goes over a limit is not
 * read to its end. Rejects with `HttpRefusal` (400, 408, 413, 415, 429, 503) or `ClientGone`.
 */
export function readBody(request: Readable, encoding: string | undefined, tools: BodyTools): Promise<Buffer> {
  const inflater = inflaterOf(encoding);
  const reading = new BodyReading(request, inflater, tools);
  return reading.result;
}

function inflaterOf(encoding: string | undefined): Transform | undefined {
  switch (encoding?.trim().toLowerCase() ?? 'identity') {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'zstd':
      return createZstdDecompress();
    default:
      throw new HttpRefusal(415, 'this Content-Encoding is not known; send gzip, zstd or nothing, once');
  }
}

class BodyReading {
  readonly result: Promise<Buffer>;
  readonly #chunks: Buffer[] = [];
  readonly #over = new AbortController();
  #wireBytes = 0;
  #bytes = 0;
  #resolve: (body: Buffer) => void = () => {};
  #reject: (cause: Error) => void = () => {};

  constructor(
    private readonly request: Readable,
    private readonly inflater: Transform | undefined,
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
    inflater.on('end', () => this.#done());
    inflater.on('error', () => this.#fail(new HttpRefusal(400, 'the body is not what its Content-Encoding says, or is cut off')));
    request.pipe(inflater);
  }

  #watch(): void {
    const { clock, limits, stopping } = this.tools;
    const late = () => this.#fail(new HttpRefusal(408, `the body did not come in within ${limits.bodyMs / 1000} s`));
    clock.sleep(limits.bodyMs, this.#over.signal).then(late, () => {});
    const leave = () => this.#fail(new HttpRefusal(503, 'the service is stopping; send this again', 1));
    if (stopping.aborted) leave();
    else stopping.addEventListener('abort', leave, { signal: this.#over.signal });
  }

  #onWire(chunk: Buffer): void {
    const { bytesMax } = this.tools.limits;
    this.#wireBytes += chunk.length;
    if (this.#wireBytes > bytesMax) throw new HttpRefusal(413, `the body has more than ${bytesMax} bytes; send smaller batches`);
    if (!this.inflater) this.#keep(chunk);
  }

  #onInflated(chunk: Buffer): void {
    const { inflatedBytesMax } = this.tools.limits;
    if (this.#bytes + chunk.length > inflatedBytesMax)
      throw new HttpRefusal(413, `the body has more than ${inflatedBytesMax} bytes after decompression; send smaller batches`);
    this.#keep(chunk);
  }

  #keep(chunk: Buffer): void {
    this.tools.lease.take(chunk.length);
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
  }

  #guard(step: () => void): void {
    if (this.#over.signal.aborted) return;
    try {
      step();
    } catch (cause) {
      this.#fail(cause instanceof Error ? cause : new Error('the body could not be read', { cause }));
    }
  }

  #done(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    const [only] = this.#chunks;
    this.#resolve(only && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks, this.#bytes));
  }

  #fail(cause: Error): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#chunks.length = 0;
    if (this.inflater) {
      this.request.unpipe(this.inflater);
      this.inflater.destroy();
    }
    // What still comes is thrown away until the connection is cut, so that the answer can reach a sender that is still sending.
    this.request.resume();
    this.#reject(cause);
  }
}
