import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log file is turned over at this size; one older file is kept. Bytes. */
const logBytesMax = 20 * 1024 * 1024;

/** The output of one process: `<name>.log`, and `<name>.log.1` for what came before. */
export class LogFile {
  #file: number;
  #bytes: number;
  #closed = false;

  constructor(private readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#file = openSync(path, 'a');
  }

  /** Nothing after `close`: what a process that has already ended still had in its pipe. */
  write(bytes: Buffer): void {
    if (this.#closed) return;
    if (this.#bytes + bytes.length > logBytesMax) this.#turnOver();
    writeSync(this.#file, bytes);
    this.#bytes += bytes.length;
  }

  close(): void {
    this.#closed = true;
    closeSync(this.#file);
  }

  #turnOver(): void {
    closeSync(this.#file);
    renameSync(this.path, `${this.path}.1`);
    this.#file = openSync(this.path, 'a');
    this.#bytes = 0;
  }
}
