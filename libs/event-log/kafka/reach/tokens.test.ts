import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { isForbidden } from './rights.js';
import { oauthBearer, Tokens, type TokenSource } from './tokens.js';

let server: Server;
let endpoint: string;
let asked: object[];
let answer: readonly [number, object];
beforeEach(async () => {
  asked = [];
  answer = [200, { access_token: 'first', token_type: 'Bearer', expires_in: 300 }];
  server = createServer((request, response) => {
    let form = '';
    request.on('data', (bytes) => (form += bytes));
    request.on('end', () => {
      asked.push(Object.fromEntries(new URLSearchParams(form)));
      response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const sourceWith = (clock: FakeClock, more: Partial<TokenSource> = {}): TokenSource => ({
  endpoint,
  clientId: 'vigie-scorer',
  secret: () => 'no secret but a test’s',
  clock,
  ...more,
});

describe('tokens for brokers', () => {
  it('are asked for with the name, the secret and the scope, once for all connections, and again before they end', async () => {
    const clock = new FakeClock();
    let secret = 'one';
    const tokens = new Tokens(sourceWith(clock, { scope: 'kafka', secret: () => secret }));
    expect(await Promise.all([tokens.now(), tokens.now()])).toEqual(['first', 'first']);
    expect(asked).toEqual([
      { scope: 'kafka', grant_type: 'client_credentials', client_id: 'vigie-scorer', client_secret: 'one' },
    ]);
    await clock.advance(239_000);
    expect(await tokens.now()).toBe('first');
    secret = 'renewed';
    answer = [200, { access_token: 'second', token_type: 'Bearer', expires_in: 300 }];
    await clock.advance(2000);
    expect(await tokens.now()).toBe('second');
    expect(asked[1]).toMatchObject({ client_secret: 'renewed' });
  });

  it('are given on until they end while the endpoint is away, and then say why there is none', async () => {
    const clock = new FakeClock();
    const tokens = new Tokens(sourceWith(clock));
    await tokens.now();
    answer = [503, {}];
    await clock.advance(290_000);
    expect(await tokens.now()).toBe('first');
    await clock.advance(11_000);
    await expect(tokens.now()).rejects.toThrow(/^no token for Kafka from http:.*503/);
    answer = [200, { access_token: 'second', token_type: 'Bearer', expires_in: 300 }];
    await expect(tokens.now()).rejects.toThrow(/503/);
    expect(asked).toHaveLength(3);
    await clock.advance(5000);
    expect(await tokens.now()).toBe('second');
  });

  it('that are refused say what the endpoint said, without the secret', async () => {
    answer = [401, { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' }];
    const refused = await new Tokens(sourceWith(new FakeClock())).now().catch((cause: unknown) => cause);
    expect(refused).toMatchObject({ retriable: true, message: expect.stringMatching(/invalid_client: Invalid client or/) });
    expect(String(refused)).not.toContain('secret but');
  });
});

describe('OAUTHBEARER', () => {
  it('says the token and what else the brokers ask for', async () => {
    const extensions = { logicalCluster: 'lkc-1', identityPoolId: 'pool-2' };
    const { said, outcome } = await talkTo(sourceWith(new FakeClock(), { extensions }), '');
    expect(said).toEqual(['n,,|auth=Bearer first|logicalCluster=lkc-1|identityPoolId=pool-2||']);
    expect(outcome).toBeUndefined();
  });

  it('a token that is not taken is a refusal with the words of the broker, and the exchange is ended as the mechanism asks', async () => {
    const { said, outcome } = await talkTo(
      sourceWith(new FakeClock()),
      '{"status":"invalid_token"}',
      new Error('authentication failed'),
    );
    expect(said).toEqual(['n,,|auth=Bearer first||', '|']);
    expect(String(outcome)).toMatch(
      /b1:9093 does not take the token of vigie-scorer from http:.*invalid_token.*authentication failed/,
    );
    expect(isForbidden(outcome)).toBe(true);
  });
});

interface Step {
  readonly request: { encode(): Promise<Buffer> };
  readonly response?: { decode(raw: Buffer): Promise<string>; parse(text: string): Promise<unknown> };
}

/** What is said to a broker that answers with these texts, one after the other; an error is one. */
async function talkTo(source: TokenSource, ...answers: readonly (string | Error)[]) {
  const said: string[] = [];
  const left = [...answers];
  const { authenticationProvider } = oauthBearer(source) as unknown as {
    authenticationProvider: (talk: object) => { authenticate(): Promise<void> };
  };
  const saslAuthenticate = async ({ request, response }: Step) => {
    const bytes = await request.encode();
    expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
    said.push(bytes.toString('utf8', 4).replaceAll('\u0001', '|'));
    const next = left.shift() ?? '';
    if (typeof next !== 'string') throw next;
    const length = Buffer.alloc(4);
    length.writeInt32BE(next === '' ? -1 : next.length);
    return response && response.parse(await response.decode(Buffer.concat([length, Buffer.from(next)])));
  };
  const outcome = await authenticationProvider({ host: 'b1', port: 9093, saslAuthenticate })
    .authenticate()
    .catch((cause: unknown) => cause);
  return { said, outcome };
}
