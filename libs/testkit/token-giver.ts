import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Gives out tokens over HTTP as an authorization server does, on loopback: `token-1` to whoever asks first, and so on. */
export interface TokenGiver extends AsyncDisposable {
  readonly endpoint: string;
  /** The form of each request. */
  readonly asked: Readonly<Record<string, string>>[];
  /** What it answers instead of a token. */
  refusal?: readonly [status: number, body: object];
}

/** How long a token counts, in seconds. */
const lifeSeconds = 300;

export async function tokenGiver(): Promise<TokenGiver> {
  const server = createServer((request, response) => {
    let form = '';
    request.on('data', (bytes: Buffer) => (form += bytes.toString()));
    request.on('end', () => {
      giver.asked.push(Object.fromEntries(new URLSearchParams(form)));
      const given = { access_token: `token-${giver.asked.length}`, token_type: 'Bearer', expires_in: lifeSeconds };
      const [status, body] = giver.refusal ?? [200, given];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const giver: TokenGiver = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return giver;
}
