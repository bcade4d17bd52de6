// inlets/arrivals/: who a connection is from, before anything of it is read: what a balancer says of it, and its certificate; and which datagrams
// never came here. Whoever is turned away here is counted and told of; who only looks whether the port is open is neither.

import { type BlockList, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TlsOptions, type TLSSocket } from 'node:tls';
import type { Clock } from '#libs/runtime/clock.js';
import { operatorFileBytes } from '#libs/runtime/files/operator-file.js';
import type { Listener, ListenerTls } from '#libs/sources/source.js';
import { isAmong, networksOf } from './networks.js';
import { certificateWords, handshakeWords, noCertificate } from './handshake-words.js';
import { proxyHeaderOf } from './proxy-header.js';
import type { TurnedAway } from './turned-away.js';

/** Connections of one listener. */
const connectionsMax = 1024;
/** Time for the header of a balancer, and for a handshake. */
const openingMsMax = 10_000;
/** Silence after which the system asks whether a sender is still there: half of what firewalls and balancers wait before they forget a connection. */
const keepAliveMs = 60_000;

/** A connection, and the address of who has opened it. */
export type Arrived = (socket: Socket | TLSSocket, address: string) => void;

interface Opener {
  readonly address: string;
  readonly headerBytes: number;
}

/** The port of a listener: hands over each connection once its header and its handshake are over. */
export class Arrivals {
  readonly #server: Server;
  readonly #tls: TlsServer | undefined;
  readonly #proxies: BlockList;
  /** Connections of which it is not known yet who they are. */
  readonly #opening = new Set<Socket>();
  /** Who has opened a connection over TLS, and how many bytes a balancer has said it with. */
  readonly #openers = new WeakMap<Socket, Opener>();

  constructor(
    private readonly listener: Listener,
    private readonly clock: Clock,
    private readonly turned: TurnedAway,
    private readonly arrived: Arrived,
  ) {
    this.#proxies = networksOf(listener.proxies);
    this.#tls = listener.tls && this.#tlsServer(listener.tls);
    this.#server = createServer({ keepAlive: true, keepAliveInitialDelay: keepAliveMs }, (socket) => this.#opened(socket));
    this.#server.maxConnections = connectionsMax;
    this.#server.on('drop', (data) =>
      turned.note('too_many_connections', data?.remoteAddress, `this listener has ${connectionsMax} connections`),
    );
  }

  /** Rejects when the port cannot be had. */
  async listen(isShared: boolean, failed: (cause: unknown) => void): Promise<void> {
    const { host, port } = this.listener;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, reusePort: isShared }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', failed);
        resolve();
      });
    });
  }

  /** Takes up renewed certificates. Throws what the disk throws, and what OpenSSL says of keys that are none. */
  renew(): void {
    const { tls } = this.listener;
    if (tls) this.#tls?.setSecureContext(tlsOptions(tls));
  }

  /** Lets nobody in; resolves when every connection is closed. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#opening) socket.destroy();
    await closed;
  }

  #opened(socket: Socket): void {
    const address = socket.remoteAddress;
    // Whoever is gone already was here to look.
    if (address === undefined) return void socket.destroy();
    this.#opening.add(socket);
    socket.once('close', () => this.#opening.delete(socket));
    if (isAmong(this.#proxies, address)) this.#header(socket, address);
    else this.#begin(socket, { address, headerBytes: 0 });
  }

  /** Waits for the header of a balancer. */
  #header(socket: Socket, balancer: string): void {
    let bytes: Buffer = Buffer.alloc(0);
    const over = new AbortController();
    const end = (why?: string) => {
      over.abort();
      socket.off('readable', read);
      if (why === undefined) return;
      this.turned.note('bad_proxy_header', balancer, why);
      socket.destroy();
    };
    const late = () => (bytes.length ? end('the header of PROXY does not end') : socket.destroy());
    const read = () => {
      const more: unknown = socket.read();
      if (!Buffer.isBuffer(more)) return;
      bytes = Buffer.concat([bytes, more]);
      const header = proxyHeaderOf(bytes);
      if (header.kind === 'begun') return;
      if (header.kind === 'wrong') return end(header.reason);
      end();
      if (header.length < bytes.length) socket.unshift(bytes.subarray(header.length));
      this.#begin(socket, { address: header.address ?? balancer, headerBytes: header.length });
    };
    socket.on('error', () => {}).on('readable', read);
    socket.once('close', () => over.abort());
    void this.clock.sleep(openingMsMax, over.signal).then(late, () => {});
  }

  #begin(socket: Socket, opener: Opener): void {
    if (this.#tls) {
      this.#openers.set(socket, opener);
      this.#tls.emit('connection', socket);
      return;
    }
    this.#opening.delete(socket);
    this.arrived(socket, opener.address);
  }

  #tlsServer(tls: ListenerTls): TlsServer {
    const server = createTlsServer(tlsOptions(tls));
    server.on('tlsClientError', (cause: NodeJS.ErrnoException, socket) => this.#refused(cause, socket));
    server.on('secureConnection', (socket) => {
      const carrier = carrierOf(socket);
      if (carrier) this.#opening.delete(carrier);
      const opener = carrier && this.#openers.get(carrier);
      this.arrived(socket, opener?.address ?? socket.remoteAddress ?? '');
    });
    return server;
  }

  #refused({ code = '' }: NodeJS.ErrnoException, socket: TLSSocket): void {
    const carrier = carrierOf(socket);
    const opener = carrier && this.#openers.get(carrier);
    const address = opener?.address ?? socket.remoteAddress;
    // Typed as an error; a code it is.
    const authorizationError: unknown = socket.authorizationError;
    if (typeof authorizationError === 'string')
      return this.turned.note('bad_certificate', address, certificateWords(authorizationError));
    if (code === noCertificate) return this.turned.note('bad_certificate', address, handshakeWords(code));
    // Balancers look whether the port is open, and say nothing.
    if (carrier && carrier.bytesRead === opener?.headerBytes) return;
    this.turned.note('bad_handshake', address, handshakeWords(code));
  }
}

/**
 * The connection that carries an encrypted one. Node has no public name for it, and tells of a handshake that failed when the encrypted one knows no
 * address any more; without it nobody would know which sender to mend.
 */
function carrierOf(socket: TLSSocket): Socket | undefined {
  const carrier: unknown = Reflect.get(socket, '_parent');
  return carrier instanceof Object && 'bytesRead' in carrier ? (carrier as Socket) : undefined;
}

function tlsOptions({ certificate, key, clientCa }: ListenerTls): TlsOptions {
  return {
    cert: operatorFileBytes(certificate),
    key: operatorFileBytes(key),
    ca: operatorFileBytes(clientCa),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    handshakeTimeout: openingMsMax,
  };
}
