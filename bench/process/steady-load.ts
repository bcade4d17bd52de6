import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { accessLines } from '../rows/access-lines.js';

export interface SteadyLoadOptions {
  readonly port: number;
  /** Events a second. */
  readonly rate: number;
  readonly requestOf: (body: Buffer) => Buffer;
}

export interface LoadFigures {
  /** Events a second. */
  readonly offered: number;
  readonly taken: number;
  /** Half of the requests were answered within so many milliseconds. */
  readonly lateMs: number;
}

const eventsOfRequest = 500;
const lanesMax = 32;
/** Bodies that are sent again and again, each time with the present and ids of their own. */
const bodies = 8;

interface Body {
  readonly bytes: Buffer;
  /** Where the texts of times begin, 24 characters, and the digits of ids, 8 of them. */
  readonly times: readonly number[];
  readonly ids: readonly number[];
}

/** Ordinary events at a steady rate, of now: what an hour of many hospitals is. Requests that are late are not made up for by more of them at once than there are lanes. */
export class SteadyLoad {
  readonly #bodies: readonly Body[];
  readonly #waits: number[] = [];
  readonly #free: Lane[] = [];
  #lanes = 0;
  #requests = 0;
  #running: Promise<void> | undefined;
  #begun = 0;
  #stopped = false;

  constructor(private readonly options: SteadyLoadOptions) {
    this.#bodies = Array.from({ length: bodies }, (_, n) => bodyOf(options, n));
  }

  start(): void {
    this.#begun = performance.now();
    this.#running = this.#run();
  }

  async stop(): Promise<LoadFigures> {
    this.#stopped = true;
    await this.#running;
    const seconds = (performance.now() - this.#begun) / 1_000;
    for (const lane of this.#free) lane.end();
    const sorted = this.#waits.toSorted((one, other) => one - other);
    const perSecond = (requests: number) => (requests * eventsOfRequest) / seconds;
    return {
      offered: perSecond(this.#requests),
      taken: perSecond(sorted.length),
      lateMs: sorted[sorted.length >> 1] ?? Number.NaN,
    };
  }

  async #run(): Promise<void> {
    const everyMs = (eventsOfRequest * 1_000) / this.options.rate;
    while (!this.#stopped) {
      const due = Math.floor((performance.now() - this.#begun) / everyMs);
      while (this.#requests < due) {
        const lane = this.#open() ?? (this.#lanes < lanesMax ? new Lane(this.options.port) : undefined);
        if (!lane) break;
        if (!lane.used) this.#lanes += 1;
        void this.#send(lane);
      }
      await sleep(Math.min(10, everyMs));
    }
    while (this.#free.length < this.#lanes) await sleep(10);
  }

  /** One that the other end has not closed meanwhile. */
  #open(): Lane | undefined {
    for (let lane = this.#free.pop(); lane; lane = this.#free.pop()) {
      if (lane.isOpen) return lane;
      this.#lanes -= 1;
    }
    return undefined;
  }

  async #send(lane: Lane): Promise<void> {
    const { bytes, times, ids } = this.#bodies[this.#requests % bodies] ?? fail();
    const number = this.#requests++;
    const now = new Date().toISOString();
    const copy = Buffer.from(bytes);
    for (const at of times) copy.write(now, at, 'latin1');
    for (const [place, at] of ids.entries()) copy.write(String(10_000_000 + number * eventsOfRequest + place), at, 'latin1');
    const begun = performance.now();
    // What is refused is not taken, and that is what the figures say.
    const isTaken = await lane.send(copy).then(
      () => true,
      () => false,
    );
    if (isTaken) this.#waits.push(performance.now() - begun);
    if (lane.isOpen) this.#free.push(lane);
    else this.#lanes -= 1;
  }
}

/** One connection, one request at a time. */
class Lane {
  used = false;
  isOpen = true;
  readonly #socket: Socket;
  #held = '';
  #answered: (() => void) | undefined;
  #failed: ((cause: Error) => void) | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
    this.#socket.on('data', (chunk) => this.#take(String(chunk)));
    this.#socket.on('error', (cause) => this.#close(cause));
    this.#socket.on('close', () => this.#close(new Error('the connection was closed')));
  }

  send(request: Buffer): Promise<void> {
    this.used = true;
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(request);
    });
  }

  #close(cause: Error): void {
    this.isOpen = false;
    this.#socket.destroy();
    this.#failed?.(cause);
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#held += text;
    const headEnd = this.#held.indexOf('\r\n\r\n') + 4;
    const end = headEnd + Number(/content-length: (\d+)/i.exec(this.#held)?.[1] ?? Number.NaN);
    if (headEnd < 4 || !(this.#held.length >= end)) return;
    const isTaken = this.#held.startsWith('HTTP/1.1 200');
    const said = this.#held;
    this.#held = '';
    if (isTaken) this.#answered?.();
    else this.#close(new Error(said));
  }
}

function bodyOf({ requestOf }: SteadyLoadOptions, seed: number): Body {
  const lines = accessLines(eventsOfRequest, seed + 1).map((line) => `${line}\n`);
  const bytes = requestOf(Buffer.from(lines.join('')));
  const text = bytes.toString('latin1');
  const after = (mark: string) => [...text.matchAll(new RegExp(mark, 'g'))].map(({ index }) => index + mark.length);
  return { bytes, times: after('"time":"'), ids: after('"id":"') };
}

function fail(): never {
  throw new RangeError('no such body');
}
