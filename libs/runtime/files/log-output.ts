import fs from 'node:fs';
import { codeOf } from '../outcome.js';

/** Text that waits for an output that stands still, characters: what comes then is left out. */
const waitingCharsMax = 8 * 1024 * 1024;
/** Between two tries at an output that takes nothing for the moment, milliseconds. */
const againMs = 25;
/** What is still to be written when the process ends: so many tries in a row that get nowhere, since an end must come. */
const lastTriesMax = 20;

/** Nobody is left to read, or there is no output at all. */
const closedForGood: ReadonlySet<unknown> = new Set(['EPIPE', 'EBADF', 'ECONNRESET']);
const closedForNow: ReadonlySet<unknown> = new Set(['EAGAIN', 'EBUSY']);

interface Batch {
  /** What is left of it. */
  readonly bytes: Buffer;
  readonly lines: number;
  /** Of the lines that were left out before, how many it speaks of. */
  readonly told: number;
  /** A part of it was written. */
  readonly isRest: boolean;
}

/**
 * Lines of a log to a file descriptor, in order, without holding up whoever logs. An output that fails ends nothing: on a full disk lines are left out, and how
 * many stands in the first line after them; once nobody reads any more, all are. `lostLine` is that line, with its end. A descriptor that may stand
 * still, a pipe or a terminal, must not block.
 */
export class LogOutput {
  #waiting: string[] = [];
  #waitingChars = 0;
  /** What is being written; the output took a part of it, or nothing for the moment. */
  #batch: Batch | undefined;
  #lost = 0;
  /** The last line was cut off. */
  #isTorn = false;
  #isClosed = false;
  #again: NodeJS.Timeout | undefined;

  constructor(
    private readonly file: number,
    private readonly lostLine: (lines: number) => string,
    private readonly system: Pick<typeof fs, 'writeSync'> = fs,
  ) {
    process.once('exit', () => this.#last());
  }

  /** The standard output of this process. */
  static standard(lostLine: (lines: number) => string): LogOutput {
    // Asked for once, a pipe or a terminal blocks nobody: a write to one that stands still would hold up whoever logs, and the end of the process for good.
    void process.stdout;
    return new LogOutput(1, lostLine);
  }

  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#waitingChars + line.length > waitingCharsMax) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingChars += line.length;
    if (this.#again === undefined) this.#send();
  }

  #send(): void {
    this.#again = undefined;
    while (this.#next()) {
      if (this.#moves()) continue;
      this.#again = setTimeout(() => this.#send(), againMs);
      return;
    }
  }

  /** Whether anything is to be written. */
  #next(): boolean {
    if (this.#isClosed) return false;
    if (this.#batch || this.#waiting.length === 0) return this.#batch !== undefined;
    const head = (this.#isTorn ? '\n' : '') + (this.#lost > 0 ? this.lostLine(this.#lost) : '');
    this.#batch = {
      bytes: Buffer.from(head + this.#waiting.join('')),
      lines: this.#waiting.length,
      told: this.#lost,
      isRest: false,
    };
    this.#waiting = [];
    this.#waitingChars = 0;
    return true;
  }

  /** Writes of the batch what the output takes; false when that is nothing for the moment. */
  #moves(): boolean {
    const batch = this.#batch;
    if (!batch) return true;
    try {
      const written = this.system.writeSync(this.file, batch.bytes);
      this.#written(batch, written);
      return written > 0;
    } catch (cause) {
      const code = codeOf(cause);
      if (closedForNow.has(code)) return false;
      this.#failed(batch, code);
      return true;
    }
  }

  #written(batch: Batch, written: number): void {
    if (written < batch.bytes.length) {
      this.#batch = { ...batch, bytes: batch.bytes.subarray(written), isRest: batch.isRest || written > 0 };
      return;
    }
    this.#batch = undefined;
    this.#isTorn = false;
    this.#lost -= batch.told;
  }

  #failed({ lines, isRest }: Batch, code: string | undefined): void {
    this.#batch = undefined;
    this.#isTorn ||= isRest;
    this.#lost += lines;
    if (closedForGood.has(code)) this.#isClosed = true;
  }

  /** What waits is written as far as the output moves. */
  #last(): void {
    for (let tried = 0; tried < lastTriesMax && this.#next();) {
      if (this.#moves()) {
        tried = 0;
      } else {
        tried += 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, againMs);
      }
    }
  }
}
