import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '#libs/runtime/outcome.js';

/** A log file is turned over at this size; one older file is kept. Bytes. */
const logBytesMax = 20 * 1024 * 1024;

/**
 * The output of one process: `<name>.log`, and `<name>.log.1` for what came before. What the disk does not take is left out, and how much stands in the file
 * before what comes after it: whoever supervises must not end by it.
 */
export class LogFile {
  #file: number;
  #bytes: number;
  #lostBytes = 0;
  #why = '';
  #closed = false;

  constructor(private readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#file = openSync(path, 'a');
  }

  /** Nothing after `close`: what a process that has already ended still had in its pipe. */
  write(bytes: Buffer): void {
    if (this.#closed) return;
    try {
      if (this.#bytes + bytes.length > logBytesMax) this.#turnOver();
      if (this.#lostBytes > 0) this.#put(Buffer.from(`\n(${this.#lostBytes} bytes of output were left out: ${this.#why})\n`));
      this.#lostBytes = 0;
      this.#put(bytes);
    } catch (cause) {
      this.#lostBytes += bytes.length;
      this.#why = messageOf(cause);
    }
  }

  close(): void {
    this.#closed = true;
    closeSync(this.#file);
  }

  #put(bytes: Buffer): void {
    this.#bytes += writeSync(this.#file, bytes);
  }

  #turnOver(): void {
    // Somebody may have taken it away meanwhile.
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.1`);
    const fresh = openSync(this.path, 'a');
    closeSync(this.#file);
    this.#file = fresh;
    this.#bytes = 0;
  }
}
