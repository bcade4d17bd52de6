import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Connections that had a request with a known token. Beside the class, because whoever reads tokens does not know the server. */
const trusted = new WeakSet<Socket>();

/** A request of this connection had a known token. */
export function trust(socket: Socket): void {
  trusted.add(socket);
}

/**
 * Bounds the connections of a server by closing what idles instead of refusing what comes: with the limit reached, the oldest of those that
 * have not sent a request with a known token goes first, then the oldest that waits between two requests. Whoever has something to say says it
 * at once, so a flood of connections that say nothing ends the flood's own, and probes and senders get in while it lasts. It does not count by
 * address: behind a proxy all senders have one, and who floods may have many.
 */
export class Connections {
  /** In the order in which they came, or became idle. */
  readonly #strangers = new Set<Socket>();
  readonly #known = new Set<Socket>();
  /** With the number of their requests. */
  readonly #working = new Map<Socket, number>();

  constructor(private readonly connectionsMax: number) {}

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#open(socket));
    server.on('request', ({ socket }, response) => {
      this.#begin(socket);
      response.once('close', () => this.#end(socket));
    });
  }

  get count(): number {
    return this.#strangers.size + this.#known.size + this.#working.size;
  }

  #open(socket: Socket): void {
    if (this.count >= this.connectionsMax && !this.#closeOne()) return void socket.destroy();
    this.#strangers.add(socket);
    socket.once('close', () => {
      this.#strangers.delete(socket);
      this.#known.delete(socket);
      this.#working.delete(socket);
    });
  }

  /** False when every connection is at work. */
  #closeOne(): boolean {
    const from = this.#strangers.size ? this.#strangers : this.#known;
    const [oldest] = from;
    if (!oldest) return false;
    from.delete(oldest);
    oldest.destroy();
    return true;
  }

  #begin(socket: Socket): void {
    this.#strangers.delete(socket);
    this.#known.delete(socket);
    if (!socket.destroyed) this.#working.set(socket, (this.#working.get(socket) ?? 0) + 1);
  }

  #end(socket: Socket): void {
    const requests = (this.#working.get(socket) ?? 1) - 1;
    if (requests > 0) return void this.#working.set(socket, requests);
    this.#working.delete(socket);
    if (!socket.destroyed) (trusted.has(socket) ? this.#known : this.#strangers).add(socket);
  }
}
