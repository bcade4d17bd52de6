import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { messageOf } from '#libs/runtime/outcome.js';
import { Unpacker } from '#libs/runtime/unpack/unpacker.js';
import { beginsAsZstd } from '#libs/runtime/unpack/zstd-frames.js';

/** Whole lines of a file, each with its line end. */
export interface Lines {
  readonly bytes: Buffer;
  /** Number of the first one in its file, from 1. */
  readonly firstLine: number;
  /** Lines before these that were too long to be kept, by number. */
  readonly tooLong: readonly number[];
}

/** A row has some 600 bytes; one without an end in sight is not read into memory. */
export const lineBytesMax = 1024 * 1024;
const chunkBytes = 1024 * 1024;
const lineEnd = 0x0a;
const gzipMagic = Buffer.from([0x1f, 0x8b]);

/**
 * The lines of a file, unpacked where it begins as gzip or zstd do, about 1 MiB at a time. `onBytes` hears how much of the file has been
 * read. Rejects when it cannot be read or unpacked to its end.
 */
export async function* wholeLines(path: string, onBytes: (bytes: number) => void = () => {}): AsyncGenerator<Lines> {
  const head = await headOf(path);
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  file.on('data', (chunk) => onBytes(chunk.length));
  const unpacked = unpack(file, head);
  const cutter = new Cutter();
  try {
    for await (const chunk of unpacked) yield* cutter.take(chunk as Buffer);
    yield* cutter.end();
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${messageOf(cause)}`, { cause });
  } finally {
    file.destroy();
    unpacked.destroy();
  }
}

async function headOf(path: string): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function unpack(file: Readable, head: Buffer): Readable {
  const packing = head.subarray(0, 2).equals(gzipMagic) ? 'gzip' : beginsAsZstd(head) ? 'zstd' : undefined;
  if (!packing) return file;
  const by = new Unpacker(packing, { chunkSize: chunkBytes });
  file.on('error', (cause) => by.destroy(cause));
  return file.pipe(by);
}

/** Cuts chunks behind their last line end and keeps the rest for the next one. */
class Cutter {
  #rest: Buffer[] = [];
  #restBytes = 0;
  #line = 1;
  #skipping = false;
  #tooLong: number[] = [];

  *take(chunk: Buffer): Generator<Lines> {
    let bytes = chunk;
    if (this.#skipping) {
      const end = bytes.indexOf(lineEnd);
      if (end < 0) return;
      this.#skipping = false;
      bytes = bytes.subarray(end + 1);
    }
    const end = bytes.lastIndexOf(lineEnd) + 1;
    if (end > 0) yield this.#lines(Buffer.concat([...this.#rest.splice(0), bytes.subarray(0, end)]));
    this.#restBytes = end > 0 ? bytes.length - end : this.#restBytes + bytes.length;
    if (bytes.length > end) this.#rest.push(bytes.subarray(end));
    if (this.#restBytes <= lineBytesMax) return;
    this.#skipping = true;
    this.#rest = [];
    this.#restBytes = 0;
    this.#tooLong.push(this.#line);
    this.#line += 1;
  }

  *end(): Generator<Lines> {
    if (this.#restBytes > 0) yield this.#lines(Buffer.concat([...this.#rest, Buffer.from('\n')]));
    else if (this.#tooLong.length > 0) yield this.#lines(Buffer.alloc(0));
  }

  #lines(bytes: Buffer): Lines {
    const lines = { bytes, firstLine: this.#line, tooLong: this.#tooLong };
    this.#tooLong = [];
    for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1)) this.#line += 1;
    return lines;
  }
}
