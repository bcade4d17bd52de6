import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const bodyBytesMax = 64 * 1024;

const notification = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.object({
    incident_id: z.string(),
    actor_id: z.string(),
    group_id: z.string(),
    patients: z.number(),
    step: z.number(),
    clinics: z.array(z.string()),
  }),
});
export type Notification = z.infer<typeof notification>;

/** The receiving end of the demonstration: a webhook that checks signatures and honours ids, as a hospital's own would. */
export class WebhookReceiver {
  readonly secret: string;
  readonly #key: Buffer;
  readonly #seen = new Set<string>();
  #server: Server | undefined;

  constructor(
    key: Buffer,
    private readonly received: (one: Notification) => void,
  ) {
    this.#key = key;
    this.secret = `whsec_${key.toString('base64')}`;
  }

  /** Distinct notifications, by their id. */
  get count(): number {
    return this.#seen.size;
  }

  /** Listens on a free port of 127.0.0.1 and resolves with its URL. */
  async start(): Promise<string> {
    const server = createServer((request, response) => {
      this.#take(request).then(
        (status) => response.writeHead(status).end('{}'),
        () => response.writeHead(400).end(),
      );
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/incidents`;
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  async #take(request: IncomingMessage): Promise<number> {
    let body = '';
    for await (const chunk of request) {
      body += String(chunk);
      if (body.length > bodyBytesMax) return 413;
    }
    const id = String(request.headers['webhook-id']);
    if (!this.#signed(id, String(request.headers['webhook-timestamp']), body, String(request.headers['webhook-signature'])))
      return 401;
    if (this.#seen.has(id)) return 200;
    this.#seen.add(id);
    this.received(notification.parse(JSON.parse(body)));
    return 200;
  }

  /** Standard Webhooks: `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`; several, separated by blanks, while keys rotate. */
  #signed(id: string, timestamp: string, body: string, signatures: string): boolean {
    const wanted = Buffer.from(`v1,${createHmac('sha256', this.#key).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
    return signatures.split(' ').some((one) => one.length === wanted.length && timingSafeEqual(Buffer.from(one), wanted));
  }
}
