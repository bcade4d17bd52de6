import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Clock, systemClock } from '#libs/runtime/clock.js';
import { assertNever } from '#libs/runtime/outcome.js';

/** What goes wrong on the way. `request` is what the client sends, `answer` what the server sends. */
export type Fault =
  | { readonly kind: 'none' }
  /** The connection is closed at once, with a reset, before anything is passed on. */
  | { readonly kind: 'refuse' }
  /** Everything is taken and nothing is passed on or answered. */
  | { readonly kind: 'black_hole' }
  /** Each piece comes later by this much, in both directions. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** After so many bytes of that direction, which still arrive, both ends are closed without a word. */
  | { readonly kind: 'cut'; readonly direction: 'request' | 'answer'; readonly afterBytes: number }
  /** The request arrives whole; its answer becomes a reset. */
  | { readonly kind: 'reset_answer' };

export interface FaultProxyOptions {
  readonly targetPort: number;
  /** Any free port when it is left out. */
  readonly port?: number;
  readonly clock?: Clock;
}

const host = '127.0.0.1';

/** A TCP proxy on loopback whose faults a test sets while it runs. A connection keeps the fault that it began with, but see `cutAll`. */
export class FaultProxy {
  fault: Fault = { kind: 'none' };
  /** Connections that clients have opened. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #clock: Clock;

  private constructor(private readonly options: FaultProxyOptions) {
    this.#clock = options.clock ?? systemClock;
    // Half-open, because who closes its side may still be waiting for the other.
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(options.port ?? 0, host, resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  get url(): string {
    return `http://${host}:${this.port}`;
  }

  /** Resolves when the next client connects. */
  async connected(): Promise<void> {
    await once(this.#server, 'connection');
  }

  /** Ends every connection that is open now, with a reset. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cutAll();
    await closed;
  }

  #accept(client: Socket): void {
    this.connections += 1;
    this.#own(client);
    const { fault } = this;
    if (fault.kind === 'refuse') return void client.resetAndDestroy();
    if (fault.kind === 'black_hole') return void client.resume();
    const target = connect({ host, port: this.options.targetPort, allowHalfOpen: true });
    this.#own(target);
    client.once('close', () => target.destroy());
    target.once('close', () => client.destroy());
    this.#carry(client, target, fault, 'request');
    this.#carry(target, client, fault, 'answer');
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // The errors are the point; both ends see them as closed connections.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #carry(from: Socket, to: Socket, fault: Fault, direction: 'request' | 'answer'): void {
    let carried = 0;
    let last = Promise.resolve();
    from.on('data', (bytes: Buffer) => {
      switch (fault.kind) {
        case 'none':
          return void pass(from, to, bytes);
        case 'delay':
          last = last.then(async () => this.#clock.sleep(fault.ms)).then(() => void pass(from, to, bytes));
          return;
        case 'reset_answer':
          if (direction === 'request') return void pass(from, to, bytes);
          to.resetAndDestroy();
          return void from.destroy();
        case 'cut': {
          if (direction !== fault.direction) return void pass(from, to, bytes);
          const left = fault.afterBytes - carried;
          carried += bytes.length;
          if (bytes.length <= left) return void pass(from, to, bytes);
          to.write(bytes.subarray(0, Math.max(0, left)), () => {
            from.destroy();
            to.destroy();
          });
          return void from.pause();
        }
        case 'refuse':
        case 'black_hole':
          return;
        default:
          return assertNever(fault);
      }
    });
    from.on('end', () => void last.then(() => to.end()));
  }
}

/** Hands bytes on, and stops reading while the other end is full. */
function pass(from: Socket, to: Socket, bytes: Buffer): void {
  if (to.destroyed || to.write(bytes)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
