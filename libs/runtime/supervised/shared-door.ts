import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { claimPort } from './port-claims.js';

/**
 * A port that several processes share: the system gives each connection to one of them, by its addresses, and whoever ends leaves the rest to the others. What comes is handed to the HTTP
 * server of this process, which has a port of its own besides.
 */
export class SharedDoor {
  readonly #server: Server;

  constructor(
    http: HttpServer,
    private readonly claim: typeof claimPort = claimPort,
  ) {
    // As HTTP servers open their own: without, an answer would wait for more to send, and a client that has said all would end it.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void http.emit('connection', socket));
  }

  /** Rejects with the code `EADDRINUSE` where another program has the port, with `ENOTSUP` on systems that share none. */
  async open(host: string, port: number): Promise<void> {
    await this.claim({ protocol: 'tcp', host, port });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, reusePort: true }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Takes no more connections; resolves when those that there are have ended. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
