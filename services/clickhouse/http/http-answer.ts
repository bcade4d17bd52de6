import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import { encoderOf } from './encoding.js';
import type { ClickHouseException } from '../engine/exception.js';
import type { Answer, Summary } from '../run/query-runner.js';

export interface AnswerOptions {
  readonly queryId: string;
  readonly format: string;
  readonly timezone: string;
  /** `Accept-Encoding` of a client that also asked for compression; undefined when it did not. */
  readonly acceptEncoding: string | undefined;
  readonly elapsedMs: () => number;
}

/** The answer of ClickHouse over HTTP: its headers, compression, back-pressure, and an exception told in the middle of a stream. */
export class HttpAnswer implements Answer {
  /** By it a client tells an exception at the end of a stream from data. */
  readonly #tag = randomBytes(8).toString('hex');
  #out: ServerResponse | Transform;
  #begun = false;
  #broken = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: AnswerOptions,
  ) {
    this.#out = response;
  }

  begin(summary: Summary): void {
    this.#begun = true;
    this.#head(summary);
    this.response.setHeader('Content-Type', contentTypeOf(this.options.format));
    this.response.setHeader('X-ClickHouse-Format', this.options.format);
    this.response.setHeader('X-ClickHouse-Exception-Tag', this.#tag);
    const encoder = encoderOf(this.options.acceptEncoding);
    if (!encoder) return;
    this.response.setHeader('Content-Encoding', encoder.name);
    this.#out = encoder.stream;
    this.#out.on('data', (bytes: Buffer) => this.response.write(bytes) || this.#holdUntilDrained(encoder.stream));
    this.response.on('close', () => encoder.stream.destroy());
    this.#out.on('end', () => (this.#broken ? breakOff(this.response) : this.response.end()));
  }

  async write(bytes: Buffer): Promise<void> {
    if (this.response.destroyed || this.response.closed) return;
    if (this.#out.write(bytes)) return;
    // A client that goes away never drains: its closing wakes us as well.
    const over = new AbortController();
    const closed = once(this.response, 'close', { signal: over.signal }).catch(() => {});
    await Promise.race([once(this.#out, 'drain', { signal: over.signal }).catch(() => {}), closed]);
    over.abort();
  }

  end(): void {
    this.#out.end();
  }

  /**
   * Before the first byte an exception is a status and a text. After it, a marked text at the end of a transfer that is then broken off: a
   * program that looks at nothing but status and end of the transfer must not take what it has for the whole result.
   */
  fail(exception: ClickHouseException): void {
    if (this.response.destroyed) return;
    const text = `${exception.message.trimEnd()}\n`;
    if (this.#begun) return this.#breakOff(text);
    this.response.statusCode = exception.status;
    this.#head({ readRows: 0, readBytes: 0, writtenRows: 0, writtenBytes: 0 });
    this.response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
    this.response.setHeader('X-ClickHouse-Exception-Code', String(exception.code));
    if (exception.status === 503) this.response.setHeader('Retry-After', '1');
    this.response.end(text);
  }

  #breakOff(text: string): void {
    this.#broken = true;
    const marker = '__exception__';
    const told = `\r\n${marker}\r\n${this.#tag}\r\n${text}${Buffer.byteLength(text)} ${this.#tag}\r\n${marker}\r\n`;
    if (this.#out !== this.response) {
      this.#out.end(told);
      return;
    }
    this.response.write(told);
    breakOff(this.response);
  }

  #holdUntilDrained(encoder: Transform): void {
    encoder.pause();
    this.response.once('drain', () => encoder.resume());
  }

  #head(summary: Summary): void {
    this.response.setHeader('X-ClickHouse-Server-Display-Name', 'vigie');
    this.response.setHeader('X-ClickHouse-Query-Id', this.options.queryId.replaceAll(/[^\x20-\x7e]/g, '?'));
    this.response.setHeader('X-ClickHouse-Timezone', this.options.timezone);
    this.response.setHeader('X-ClickHouse-Summary', summaryText(summary, this.options.elapsedMs()));
  }
}

function summaryText(summary: Summary, elapsedMs: number): string {
  return JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    total_rows_to_read: '0',
    result_rows: String(summary.writtenRows),
    result_bytes: String(summary.writtenBytes),
    elapsed_ns: String(Math.round(elapsedMs * 1e6)),
  });
}

/**
 * Ends the connection behind what was written, without the last chunk that would say that the answer is whole. The end of an HTTP/1.0 answer
 * is the end of its connection: there only a reset can be told from it.
 */
function breakOff(response: ServerResponse): void {
  const { socket } = response;
  if (!socket) response.destroy();
  else if (response.req.httpVersion === '1.0') socket.write('', () => socket.resetAndDestroy());
  else socket.destroySoon();
}

function contentTypeOf(format: string): string {
  if (/^(JSONEachRow|JSONLines|NDJSON|JSONStringsEachRow|JSONCompact(Strings)?EachRow)/i.test(format))
    return 'application/x-ndjson; charset=UTF-8';
  if (/^JSON/i.test(format)) return 'application/json; charset=UTF-8';
  if (/^(TSV|TabSeparated)/i.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  // Programs drop the first line of a table that is said to have a heading (RFC 4180).
  if (/^CSV/i.test(format)) return `text/csv; charset=UTF-8; header=${/WithNames/i.test(format) ? 'present' : 'absent'}`;
  if (/^XML$/i.test(format)) return 'application/xml; charset=UTF-8';
  return /^(Native|RowBinary|Parquet|Arrow|ORC|Avro)/i.test(format) ? 'application/octet-stream' : 'text/plain; charset=UTF-8';
}
