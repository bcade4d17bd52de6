import { Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { UnpackError, unpackErrorOf } from './unpack-error.js';
import { ZstdFrames } from './zstd-frames.js';

export type Packing = 'gzip' | 'zstd' | 'deflate' | 'br';

export interface UnpackerOptions {
  /** Size of the pieces that come out, in bytes. */
  readonly chunkSize?: number;
  /** Frames of zstd, each of which costs some 25 us however short it is; without limit where the text is the reader's own. */
  readonly framesMax?: number;
}

const decoders = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress, zstd: createZstdDecompress } as const;

/** Whether a `Content-Encoding` is one that can be unpacked. */
export function isPacking(encoding: string): encoding is Packing {
  return Object.hasOwn(decoders, encoding);
}

type Decoder = ReturnType<(typeof decoders)[Packing]>;

/**
 * Unpacks a text to its very end: all frames of zstd, all members of gzip. Whatever is left over behind them, padding included, is an
 * error, and so is a text that is cut off. Emits `UnpackError`. Bytes that come out are not limited: whoever reads them counts them.
 */
export class Unpacker extends Duplex {
  readonly #decoder: Decoder;
  readonly #frames: ZstdFrames | undefined;
  #given = 0;
  #ending: ((cause?: Error) => void) | undefined;

  constructor(
    private readonly packing: Packing,
    { chunkSize, framesMax }: UnpackerOptions = {},
  ) {
    super();
    this.#decoder = decoders[packing](chunkSize === undefined ? {} : { chunkSize });
    this.#frames = packing === 'zstd' ? new ZstdFrames(framesMax) : undefined;
    this.#decoder.on('data', (bytes: Buffer) => this.push(bytes) || this.#decoder.pause());
    this.#decoder.on('error', (cause) => this.destroy(unpackErrorOf(cause, packing) as Error));
    this.#decoder.on('end', () => this.#ended());
  }

  override _write(chunk: Buffer, _encoding: string, done: (cause?: Error) => void): void {
    try {
      this.#decode(this.#frames?.cut(chunk) ?? [chunk], 0, done);
    } catch (cause) {
      done(cause as Error);
    }
  }

  override _final(done: (cause?: Error) => void): void {
    try {
      this.#frames?.end();
    } catch (cause) {
      return done(cause as Error);
    }
    // No bytes at all are no packed text, and no error: a request without a body may name an encoding.
    if (this.#given === 0) {
      this.push(null);
      return done();
    }
    this.#ending = done;
    this.#decoder.end();
  }

  override _read(): void {
    this.#decoder.resume();
  }

  override _destroy(cause: Error | null, done: (cause: Error | null) => void): void {
    this.#decoder.destroy();
    done(cause);
  }

  /** One piece after the other: the decoder must see the end of a frame as the end of what it was given. */
  #decode(pieces: readonly Buffer[], index: number, done: (cause?: Error) => void): void {
    const piece = pieces[index];
    if (!piece) return done();
    this.#given += piece.length;
    this.#decoder.write(piece, (cause) => {
      if (!cause) this.#decode(pieces, index + 1, done);
    });
  }

  #ended(): void {
    const { bytesWritten } = this.#decoder;
    if (!this.#ending || bytesWritten !== this.#given) return void this.destroy(junkBehind(this.packing, bytesWritten));
    this.push(null);
    this.#ending();
  }
}

export function junkBehind(packing: Packing, at: number): UnpackError {
  return new UnpackError('junk_behind', `behind the ${packing} that ends at byte ${at} lies something that is none`);
}
