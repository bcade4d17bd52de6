import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedNotification {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A receiver that verifies every signature with the reference implementation, and keeps what came. */
export class WebhookSink {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;
  readonly received: ReceivedNotification[] = [];
  readonly refused: string[] = [];
  #server: Server | undefined;

  async start(): Promise<string> {
    const webhook = new Webhook(this.secret);
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
        try {
          const { type, data } = webhook.verify(body, headers) as { type: string; data: Record<string, unknown> };
          this.received.push({ id: String(headers['webhook-id']), type, data, body });
          response.end('{}');
        } catch (cause) {
          this.refused.push(String(cause));
          response.writeHead(401).end();
        }
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  /** Distinct by id: what a receiver that honours it acts upon. */
  distinct(): readonly ReceivedNotification[] {
    return [...new Map(this.received.map((one) => [one.id, one])).values()];
  }
}
