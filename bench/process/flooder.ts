import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** Connections of one flooder. */
const connectionsMax = 2000;

export interface Flood {
  readonly port: number;
  readonly token: string;
  /** Lines that every request holds beside one of its own, packed once. */
  readonly packed: Buffer;
  /** The line of a request, by the number that it is known by afterwards. */
  readonly lineOf: (number: number) => string;
}

interface Connection {
  readonly socket: Socket;
  /** The request that waits for its answer; -1 for none. */
  waits: number;
  held: string;
}

/**
 * Offers requests at a pace of its own, whatever becomes of those before: a connection that is free takes one, a new one is opened up to a
 * limit, and what finds none is offered in vain. What is answered with 200 is remembered.
 */
export class Flooder {
  offered = 0;
  sent = 0;
  /** By status; `gone` for connections that ended without an answer. */
  readonly answers = new Map<string, number>();
  readonly acknowledged: number[] = [];
  readonly #connections = new Set<Connection>();
  readonly #free: Connection[] = [];

  constructor(private readonly flood: Flood) {}

  offer(requests: number): void {
    for (let request = 0; request < requests; request += 1) {
      this.offered += 1;
      const connection = this.#free.pop() ?? this.#opened();
      if (connection) this.#send(connection);
    }
  }

  /** Resolves when nothing waits for an answer any more, and closes. */
  async end(): Promise<void> {
    while ([...this.#connections].some(({ waits }) => waits >= 0)) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const { socket } of this.#connections) socket.destroy();
  }

  #opened(): Connection | undefined {
    if (this.#connections.size >= connectionsMax) return undefined;
    const socket = connect(this.flood.port, '127.0.0.1');
    const connection: Connection = { socket, waits: -1, held: '' };
    this.#connections.add(connection);
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text) => this.#heard(connection, String(text)));
    socket.on('error', () => {});
    socket.on('close', () => this.#closed(connection));
    return connection;
  }

  #send(connection: Connection): void {
    const number = this.sent;
    this.sent += 1;
    connection.waits = number;
    // Members of gzip one behind the other are one stream: only the line of its own has to be packed for each request.
    const own = gzipSync(`${this.flood.lineOf(number)}\n`, { level: 1 });
    const length = this.flood.packed.length + own.length;
    const head = `POST /v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${this.flood.token}\r\ncontent-type: application/x-ndjson\r\ncontent-encoding: gzip\r\ncontent-length: ${length}\r\n\r\n`;
    connection.socket.write(Buffer.concat([Buffer.from(head), this.flood.packed, own]));
  }

  #heard(connection: Connection, text: string): void {
    connection.held += text;
    const { held } = connection;
    const headEnd = held.indexOf('\r\n\r\n') + 4;
    const bodyEnd = headEnd + Number(/content-length: (\d+)/i.exec(held)?.[1] ?? Number.NaN);
    if (headEnd < 4 || !(held.length >= bodyEnd)) return;
    connection.held = '';
    const status = held.slice(9, 12);
    if (status === '200') this.acknowledged.push(connection.waits);
    this.#count(status);
    connection.waits = -1;
    if (/\r\nconnection: close\r\n/i.test(held)) connection.socket.destroy();
    else this.#free.push(connection);
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection);
    const at = this.#free.indexOf(connection);
    if (at >= 0) this.#free.splice(at, 1);
    if (connection.waits >= 0) this.#count('gone');
  }

  #count(status: string): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
  }
}
