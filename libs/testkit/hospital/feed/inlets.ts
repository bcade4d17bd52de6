import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '#libs/runtime/clock.js';
import type { SourceEvent } from '../event.js';
import { FeedRefused } from './post-batch.js';
import { atnaMessage, hecEvent, tableOf } from './roads.js';

/** Waits between two tries, milliseconds, and how long one inlet is tried. */
const againMs = 200;
const patienceMs = 5 * 60_000;
/** Events of one request of the collector, and milliseconds of the day that it waits for more of them. */
const hecBatch = 500;
const hecLingerMs = 5 * 60_000;

export interface InletTarget {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** PEM files of one party and of the authority that both trust. */
export interface TlsFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Syslog with octet counts, over TLS where there are certificates. Nobody acknowledges anything there, so all of it is kept, and sent again over the next connection
 * where one broke: the same message counts once.
 */
export class SyslogWriter {
  readonly #sent: string[] = [];
  #socket: Socket | undefined;
  #isEnding = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(
    private readonly port: number,
    private readonly tls: TlsFiles | undefined,
    private readonly target: InletTarget,
  ) {
    void this.#run().then(this.#ended.resolve, this.#ended.reject);
    this.#ended.promise.catch(() => {});
  }

  get count(): number {
    return this.#sent.length;
  }

  take(event: SourceEvent): void {
    const message = atnaMessage(event);
    const framed = `${Buffer.byteLength(message)} ${message}`;
    this.#sent.push(framed);
    this.#socket?.write(framed);
  }

  /** Resolves when the other side has closed behind the last message. Rejects as the signal does, or when nobody was there for too long. */
  end(): Promise<void> {
    this.#isEnding = true;
    this.#socket?.end();
    return this.#ended.promise;
  }

  async #run(): Promise<void> {
    const { clock, signal } = this.target;
    for (let since = clock.monotonic(); clock.monotonic() - since < patienceMs;) {
      signal.throwIfAborted();
      if (await this.#connection()) return;
      await clock.sleep(againMs, signal);
    }
    throw new FeedRefused(`nobody takes syslog on port ${this.port}: is the ingestor running?`);
  }

  /** Resolves when the connection is over, with whether everything went through it and it was ended by us. */
  #connection(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const begin = () => {
      this.#socket = socket;
      for (const message of this.#sent) socket.write(message);
      if (this.#isEnding) socket.end();
    };
    let isBroken = false;
    const socket = this.tls
      ? connectTls({ ...this.#tlsOptions(this.tls), host: '127.0.0.1', port: this.port }, begin)
      : connectTcp(this.port, '127.0.0.1', begin);
    const abort = () => socket.destroy();
    this.target.signal.addEventListener('abort', abort);
    socket
      .on('error', () => void (isBroken = true))
      .on('close', () => {
        this.target.signal.removeEventListener('abort', abort);
        const wasOpen = this.#socket === socket;
        this.#socket = undefined;
        resolve(wasOpen && this.#isEnding && !isBroken);
      })
      .resume();
    return promise;
  }

  #tlsOptions({ ca, certificate, key }: TlsFiles) {
    return { ca: readFileSync(ca), cert: readFileSync(certificate), key: readFileSync(key) };
  }
}

/** Splunk's HTTP Event Collector: a request at a time, each again until it is taken. */
export class HecWriter {
  #waiting: SourceEvent[] = [];
  #count = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(
    /** `http://127.0.0.1:7410` */
    private readonly url: string,
    private readonly token: string,
    private readonly target: InletTarget,
  ) {}

  get count(): number {
    return this.#count;
  }

  take(event: SourceEvent): void {
    this.#count += 1;
    this.#waiting.push(event);
    const since = Date.parse(event.time) - Date.parse(this.#waiting[0]?.time ?? event.time);
    if (this.#waiting.length >= hecBatch || since >= hecLingerMs) this.#flush();
  }

  /** Resolves when everything was taken. */
  async end(): Promise<void> {
    this.#flush();
    await this.#last;
  }

  #flush(): void {
    const body = this.#waiting.map(hecEvent).join('');
    this.#waiting = [];
    if (body) this.#last = this.#last.then(() => this.#post(body));
    this.#last.catch(() => {});
  }

  async #post(body: string): Promise<void> {
    const { clock, signal } = this.target;
    const headers = { authorization: `Splunk ${this.token}` };
    for (let since = clock.monotonic(); clock.monotonic() - since < patienceMs;) {
      signal.throwIfAborted();
      const answer = await fetch(`${this.url}/services/collector/event`, { method: 'POST', headers, body, signal }).catch(
        () => undefined,
      );
      const text = await answer?.text().catch(() => undefined);
      if (answer?.ok && text !== undefined) return;
      if (answer && answer.status < 500)
        throw new FeedRefused(`${this.url}/services/collector/event answered ${answer.status}: ${text?.slice(0, 300)}`);
      await clock.sleep(againMs, signal);
    }
    throw new FeedRefused(`${this.url}/services/collector/event has taken nothing for ${patienceMs / 1000} s: is it running?`);
  }
}

/** A table that is laid in a folder when the day is over. */
export class TableWriter {
  readonly #events: SourceEvent[] = [];

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  get count(): number {
    return this.#events.length;
  }

  take(event: SourceEvent): void {
    this.#events.push(event);
  }

  /** Whole under its name, so that nobody reads half of it. */
  async end(): Promise<void> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, this.name);
    writeFileSync(`${path}.tmp`, tableOf(this.#events), { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }
}
