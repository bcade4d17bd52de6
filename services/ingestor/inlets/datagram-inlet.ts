// inlets/: doors without requests: sockets, topics and folders, opened by the file of sources.
// Whoever sends there gets no answer, so what comes is held until it is durable, and what is dropped is counted.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { isSpace } from '#libs/formats/json/items.js';
import { accepted } from '#libs/runtime/outcome.js';
import type { ConfiguredSource, Listener } from '#libs/sources/source.js';
import type { Framed } from './framing.js';
import { TurnedAway, unknownAddress } from './arrivals/turned-away.js';
import { GelfDatagrams } from './gelf-datagrams.js';
import type { Inlet, InletTools } from './inlet.js';
import { SendersByAddress } from './senders.js';
import { SystemDrops } from './arrivals/system-drops.js';

/** Bytes that wait in the kernel, and in this process; what comes beyond is dropped. */
const kernelBytes = 4 * 1024 * 1024;
/** Time between two looks at what the system has dropped, in milliseconds. */
const dropsEveryMs = 10_000;
const waitingBytesMax = 8 * 1024 * 1024;

/** A listener over UDP: nobody is told what became of a datagram, so every one that is not taken is counted. */
export class DatagramInlet implements Inlet {
  readonly #socket: Socket;
  readonly #closing = new AbortController();
  readonly #gelf: GelfDatagrams | undefined;
  readonly #turned: TurnedAway;
  #waiting = new Map<ConfiguredSource, Framed[]>();
  #waitingBytes = 0;
  #work: Promise<void> | undefined;
  #stopLooking: () => void = () => {};
  /** Made once for the sources in use. */
  #known: { readonly sources: readonly ConfiguredSource[]; readonly senders: SendersByAddress } | undefined;

  constructor(
    private readonly listener: Listener,
    private readonly tools: InletTools,
  ) {
    // Where several share the port, all datagrams of one sender's port come to one of them, so that chunks of a message meet.
    this.#socket = createSocket({ type: isIP(listener.host) === 6 ? 'udp6' : 'udp4', reusePort: tools.share !== undefined });
    this.#turned = new TurnedAway(listener.name, tools);
    if (listener.kind === 'gelf') this.#gelf = new GelfDatagrams((messages) => this.#dropped('incomplete', messages));
    this.#socket.on('message', (datagram, sender) => this.#take(datagram, sender));
  }

  async open(): Promise<void> {
    const { host, port, name } = this.listener;
    await this.tools.share?.({ protocol: 'udp', host, port });
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind(port, host, () => {
        this.#socket.off('error', reject);
        this.#socket.on('error', (cause) => this.tools.log.error('a listener failed', { path: name, cause }));
        this.#enlarge();
        this.#lookAtDrops();
        resolve();
      });
    });
  }

  renew(): void {}

  async close(): Promise<void> {
    this.#stopLooking();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
    const late = this.tools.clock.sleep(this.tools.drainMs, this.#closing.signal).catch(() => {});
    await Promise.race([this.#work, late]);
    this.#closing.abort(new Error('the listener closes'));
    await this.#work;
  }

  /** A system may allow less, and says nothing of it. */
  #enlarge(): void {
    const { log } = this.tools;
    const { name } = this.listener;
    try {
      this.#socket.setRecvBufferSize(kernelBytes);
      const bytes = this.#socket.getRecvBufferSize();
      if (bytes < kernelBytes) log.warn(tooSmall, { path: name, bytes });
    } catch (cause) {
      log.warn(tooSmall, { path: name, cause });
    }
  }

  /** The system knows the drops of a port, not of one socket: of several processes the first alone counts them. */
  #lookAtDrops(): void {
    if (!this.tools.isFirst) return;
    const drops = new SystemDrops(this.listener.port);
    this.#stopLooking = this.tools.clock.every(dropsEveryMs, () => {
      const count = drops.since();
      if (count) this.#dropped('system', count);
    });
  }

  #take(datagram: Buffer, { address }: RemoteInfo): void {
    // Balancers and scanners look whether the port is open with less than a message.
    if (datagram.every(isBlank)) return;
    const source = this.#senders().sourceOf(address);
    if (!source) return this.#turned.note('unknown_sender', address, unknownAddress);
    if (this.#waitingBytes + datagram.length > waitingBytesMax) return this.#dropped('queue_full', 1);
    const message = this.#gelf ? this.#gelf.take(datagram, address, this.tools.clock.monotonic()) : accepted(datagram);
    if (!message) return;
    const waiting = this.#waiting.get(source) ?? [];
    this.#waiting.set(source, waiting);
    waiting.push(message);
    this.#waitingBytes += bytesOf(message);
    this.#work ??= this.#drain().finally(() => {
      this.#work = undefined;
    });
  }

  #senders(): SendersByAddress {
    const { sources } = this.tools.sources().file;
    if (this.#known?.sources !== sources) this.#known = { sources, senders: new SendersByAddress(sources, this.listener.name) };
    return this.#known.senders;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.size) {
        const waiting = this.#waiting;
        this.#waiting = new Map();
        for (const [source, messages] of waiting) {
          await this.tools.handOver.take({ inlet: this.listener.name, messages }, source, this.#closing.signal);
          for (const message of messages) this.#waitingBytes -= bytesOf(message);
        }
      }
    } catch (cause) {
      this.#dropped('closed', [...this.#waiting.values()].flat().length);
      if (!this.#closing.signal.aborted) this.tools.log.error('datagrams met a bug and were dropped', { cause });
      this.#waiting.clear();
      this.#waitingBytes = 0;
    }
  }

  #dropped(reason: string, count: number): void {
    this.tools.metrics.add('vigie_inlet_dropped_total', { inlet: this.listener.name, reason }, count);
  }
}

const tooSmall = `the system keeps less than ${kernelBytes} bytes of datagrams that wait, so that a burst is lost; raise net.core.rmem_max to that and open the listener again`;

function isBlank(byte: number): boolean {
  return byte === 0 || isSpace(byte);
}

function bytesOf(message: Framed): number {
  return message.kind === 'accepted' ? message.value.length : 0;
}
