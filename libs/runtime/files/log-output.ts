import fs from 'node:fs';

/** Text that waits for an output that stands still, characters: what comes then is left out. */
const waitingCharsMax = 8 * 1024 * 1024;
/** Between two tries at an output that takes nothing for the moment, milliseconds. */
const againMs = 100;
/** What is still to be written when the process ends: a few tries, since an end must come. */
const lastTriesMax = 20;

/** Nobody is left to read, or there is no output at all. */
const closedForGood: ReadonlySet<unknown> = new Set(['EPIPE', 'EBADF', 'ECONNRESET']);
const closedForNow: ReadonlySet<unknown> = new Set(['EAGAIN', 'EBUSY']);

/**
 * Lines of a log to a file descriptor, in order, without holding up whoever logs. An output that fails ends nothing: on a full disk lines are left out, and how
 * many stands in the first line after them; once nobody reads any more, all are. `lostLine` is that line, with its end.
 */
export class LogOutput {
  readonly #waiting: string[] = [];
  #waitingChars = 0;
  /** Of the lines that the system has in hand. */
  #inHand = 0;
  #lost = 0;
  /** The last line was cut off. */
  #isTorn = false;
  #isClosed = false;
  #again: NodeJS.Timeout | undefined;

  constructor(
    private readonly file: number,
    private readonly lostLine: (lines: number) => string,
    private readonly system: Pick<typeof fs, 'write' | 'writeSync'> = fs,
  ) {
    process.once('exit', () => this.#last());
  }

  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#waitingChars + line.length > waitingCharsMax) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingChars += line.length;
    if (this.#inHand === 0 && this.#again === undefined) this.#next();
  }

  #next(): void {
    this.#again = undefined;
    if (this.#waiting.length === 0 || this.#isClosed) return;
    const lines = this.#take();
    this.#inHand = lines.length;
    this.#send(Buffer.from(this.#noted(lines)), lines.length, this.#lost);
  }

  #take(): readonly string[] {
    this.#waitingChars = 0;
    return this.#waiting.splice(0);
  }

  #noted(lines: readonly string[]): string {
    return (this.#isTorn ? '\n' : '') + (this.#lost > 0 ? this.lostLine(this.#lost) : '') + lines.join('');
  }

  /** `told` of those that were left out stand in the bytes. */
  #send(bytes: Buffer, lines: number, told: number, isRest = false): void {
    this.system.write(this.file, bytes, (cause, written) => {
      if (cause && closedForNow.has(cause.code)) {
        this.#again = setTimeout(() => this.#send(bytes, lines, told, isRest), againMs);
        return;
      }
      if (!cause && written < bytes.length) return this.#send(bytes.subarray(written), lines, told, true);
      this.#inHand = 0;
      this.#isTorn = cause !== null && (isRest || this.#isTorn);
      if (!cause) this.#lost -= told;
      else if (closedForGood.has(cause.code)) this.#close();
      else this.#lost += lines;
      this.#next();
    });
  }

  #close(): void {
    this.#isClosed = true;
    this.#take();
  }

  /** What the system has in hand is its own affair; the rest is written now. */
  #last(): void {
    let left = Buffer.from(this.#isClosed ? '' : this.#noted(this.#take()));
    for (let tried = 0; left.length > 0 && tried < lastTriesMax; tried += 1) {
      try {
        left = left.subarray(this.system.writeSync(this.file, left));
      } catch {
        return;
      }
    }
  }
}
