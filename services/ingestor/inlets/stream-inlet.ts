import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConfiguredSource, Listener } from '#libs/sources/source.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import { Arrivals } from './arrivals/arrivals.js';
import { TurnedAway, unknownAddress } from './arrivals/turned-away.js';
import { framerOf } from './framing.js';
import type { Inlet, InletTools } from './inlet.js';
import { type SenderCertificate, SendersByAddress, sourceOfCertificate } from './senders.js';
import { StreamConnection } from './stream-connection.js';

const lookEveryMs = 500;
/** How long somebody whom no source names may be here without a word, and how many of them at a time: balancers look whether a port is open, and no sender is dropped by that. */
const strangerMsMax = 10_000;
const strangersMax = 32;

/** A listener over TCP or TLS. */
export class StreamInlet implements Inlet {
  readonly #arrivals: Arrivals;
  readonly #turned: TurnedAway;
  readonly #connections = new Set<StreamConnection>();
  readonly #sockets = new Set<Socket>();
  readonly #strangers = new Set<Socket>();
  readonly #closing = new AbortController();
  readonly #stopLooking: () => void;

  constructor(
    private readonly listener: Listener,
    private readonly tools: InletTools,
  ) {
    this.#turned = new TurnedAway(listener.name, tools);
    this.#arrivals = new Arrivals(listener, tools.clock, this.#turned, (socket, address) => this.#accept(socket, address));
    this.#stopLooking = tools.clock.every(lookEveryMs, () => this.#look());
  }

  async open(): Promise<void> {
    const { host, port, name } = this.listener;
    const { share, log } = this.tools;
    await share?.({ protocol: 'tcp', host, port });
    await this.#arrivals.listen(share !== undefined, (cause) => log.error('a listener failed', { path: name, cause }));
  }

  /** Takes up renewed certificates; connections that are open keep theirs. */
  renew(): void {
    this.#arrivals.renew();
  }

  /** Reads nothing more; resolves when what came is durable, or rejects nothing when the log does not take it in time. */
  async close(): Promise<void> {
    this.#stopLooking();
    const closed = this.#arrivals.close();
    for (const socket of [...this.#sockets, ...this.#strangers]) socket.destroy();
    const rest = Promise.all([...this.#connections].map((connection) => connection.closed()));
    const late = this.tools.clock.sleep(this.tools.drainMs, this.#closing.signal).catch(() => {});
    await Promise.race([rest, late]);
    this.#closing.abort(new Error('the listener closes'));
    await Promise.all([closed, rest]);
  }

  #accept(socket: Socket | TLSSocket, address: string): void {
    const certificate = 'getPeerCertificate' in socket ? certificateOf(socket) : undefined;
    const sourceNow = () => this.#sourceOf(address, certificate);
    const source = sourceNow();
    if (!source) return this.#stranger(socket, address, certificate);
    const lease = this.#lease(source, address);
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
      dropped: (reason) =>
        this.#turned.note(reason, address, { slow, bad_handshake: speaksTls, unknown_sender: unknown(certificate) }[reason]),
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

  /** Somebody whom no source names: turned away as soon as they send anything, or stay. */
  #stranger(socket: Socket, address: string, certificate: SenderCertificate | undefined): void {
    const turnAway = () => {
      this.#turned.note('unknown_sender', address, unknown(certificate));
      socket.destroy();
    };
    if (certificate || this.#strangers.size >= strangersMax) return turnAway();
    this.#strangers.add(socket);
    const gone = new AbortController();
    socket.on('error', () => {}).once('data', turnAway);
    socket.once('close', () => {
      this.#strangers.delete(socket);
      gone.abort();
    });
    void this.tools.clock.sleep(strangerMsMax, gone.signal).then(turnAway, () => {});
  }

  /** Undefined when the source has too many connections. */
  #lease(source: ConfiguredSource, address: string) {
    try {
      return this.tools.budget.lease(source);
    } catch (cause) {
      if (!(cause instanceof HttpRefusal)) throw cause;
      this.#turned.note('too_many_connections', address, cause.message);
      return undefined;
    }
  }

  #sourceOf(address: string, certificate: SenderCertificate | undefined): ConfiguredSource | undefined {
    const { sources } = this.tools.sources().file;
    return certificate
      ? sourceOfCertificate(sources, certificate)
      : new SendersByAddress(sources, this.listener.name).sourceOf(address);
  }

  #look(): void {
    for (const connection of this.#connections) connection.look();
  }
}

const slow = 'it began a message and did not end it within a minute';
const speaksTls = 'it speaks TLS: send to a listener with the transport tls, or switch it off at the sender';

function unknown(certificate: SenderCertificate | undefined): string {
  if (!certificate) return unknownAddress;
  const { commonName = '', fingerprint } = certificate;
  return `no source has its certificate, of subject ${JSON.stringify(commonName)} and fingerprint ${fingerprint}`;
}

function certificateOf(socket: TLSSocket): SenderCertificate {
  const { fingerprint256 = '', subject } = socket.getPeerCertificate();
  const commonName: unknown = subject?.CN;
  return { fingerprint: fingerprint256, commonName: typeof commonName === 'string' ? commonName : undefined };
}
