import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer, type TlsOptions } from 'node:tls';
import { operatorFileBytes } from '#libs/runtime/files/operator-file.js';
import type { ConfiguredSource, Listener, ListenerTls } from '#libs/sources/source.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import { framerOf } from './framing.js';
import type { Inlet, InletTools } from './inlet.js';
import { type SenderCertificate, SendersByAddress, sourceOfCertificate } from './senders.js';
import { StreamConnection } from './stream-connection.js';

/** Connections of one listener. */
const connectionsMax = 1024;
const handshakeMsMax = 10_000;
const lookEveryMs = 500;

/** A listener over TCP or TLS. */
export class StreamInlet implements Inlet {
  readonly #server: Server | TlsServer;
  readonly #connections = new Set<StreamConnection>();
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();
  readonly #stopLooking: () => void;

  constructor(
    private readonly listener: Listener,
    private readonly tools: InletTools,
  ) {
    const { tls } = listener;
    this.#server = tls ? createTlsServer(tlsOptions(tls)) : createServer();
    this.#server.maxConnections = connectionsMax;
    this.#server.on('drop', () => this.#dropped('too_many_connections'));
    this.#server.on('tlsClientError', () => this.#dropped('bad_certificate'));
    this.#server.on(tls ? 'secureConnection' : 'connection', (socket: Socket | TLSSocket) => this.#accept(socket));
    this.#stopLooking = tools.clock.every(lookEveryMs, () => this.#look());
  }

  async open(): Promise<void> {
    const { host, port } = this.listener;
    const { share } = this.tools;
    await share?.({ protocol: 'tcp', host, port });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, reusePort: share !== undefined }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (cause) => this.tools.log.error('a listener failed', { path: this.listener.name, cause }));
        resolve();
      });
    });
  }

  /** Takes up renewed certificates; connections that are open keep theirs. */
  renew(): void {
    const { tls } = this.listener;
    if (tls && 'setSecureContext' in this.#server) this.#server.setSecureContext(tlsOptions(tls));
  }

  /** Reads nothing more; resolves when what came is durable, or rejects nothing when the log does not take it in time. */
  async close(): Promise<void> {
    this.#stopLooking();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    const rest = Promise.all([...this.#connections].map((connection) => connection.closed()));
    const late = this.tools.clock.sleep(this.tools.drainMs, this.#closing.signal).catch(() => {});
    await Promise.race([rest, late]);
    this.#closing.abort(new Error('the listener closes'));
    await Promise.all([closed, rest]);
  }

  #accept(socket: Socket | TLSSocket): void {
    const sourceNow = this.#sourceOf(socket);
    const source = sourceNow();
    if (!source) {
      this.#dropped('unknown_sender');
      this.tools.log.warn('a sender is in no source of this listener', { path: this.listener.name });
      return void socket.destroy();
    }
    const lease = this.#lease(source);
    if (!lease) return void socket.destroy();
    const connection = new StreamConnection(socket, {
      framer: framerOf(this.listener),
      source: sourceNow,
      take: (messages, from, written) => {
        return this.tools.handOver.take({ inlet: this.listener.name, messages, written }, from, this.#closing.signal);
      },
      lease,
      clock: this.tools.clock,
      log: this.tools.log,
      dropped: (reason) => this.#dropped(reason),
      signal: this.#closing.signal,
    });
    this.#keep(socket, connection);
  }

  #keep(socket: Socket, connection: StreamConnection): void {
    const count = () => this.tools.metrics.set('vigie_inlet_connections', this.#connections.size, { inlet: this.listener.name });
    this.#sockets.add(socket);
    this.#connections.add(connection);
    count();
    socket.once('close', () => this.#sockets.delete(socket));
    void connection.closed().finally(() => {
      this.#connections.delete(connection);
      count();
    });
  }

  /** Undefined when the source has too many connections. */
  #lease(source: ConfiguredSource) {
    try {
      return this.tools.budget.lease(source);
    } catch (cause) {
      if (!(cause instanceof HttpRefusal)) throw cause;
      this.#dropped('too_many_connections');
      return undefined;
    }
  }

  #sourceOf(socket: Socket | TLSSocket): () => ConfiguredSource | undefined {
    const { name } = this.listener;
    const address = socket.remoteAddress ?? '';
    const certificate = 'getPeerCertificate' in socket ? certificateOf(socket) : undefined;
    return () => {
      const { sources } = this.tools.sources().file;
      return certificate ? sourceOfCertificate(sources, certificate) : new SendersByAddress(sources, name).sourceOf(address);
    };
  }

  #look(): void {
    for (const connection of this.#connections) connection.look();
  }

  #dropped(reason: string): void {
    this.tools.metrics.add('vigie_inlet_dropped_total', { inlet: this.listener.name, reason });
  }
}

function certificateOf(socket: TLSSocket): SenderCertificate {
  const { fingerprint256 = '', subject } = socket.getPeerCertificate();
  const commonName: unknown = subject?.CN;
  return { fingerprint: fingerprint256, commonName: typeof commonName === 'string' ? commonName : undefined };
}

/** Throws what the disk throws, and what OpenSSL says of keys that are none. */
function tlsOptions({ certificate, key, clientCa }: ListenerTls): TlsOptions {
  return {
    cert: operatorFileBytes(certificate),
    key: operatorFileBytes(key),
    ca: operatorFileBytes(clientCa),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    handshakeTimeout: handshakeMsMax,
  };
}
