import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { type TokenGiver, tokenGiver } from '#libs/testkit/token-giver.js';
import { isForbidden } from './rights.js';
import { type BrokerTokenSource, oauthBearer } from './tokens.js';

let giver: TokenGiver;
beforeEach(async () => {
  giver = await tokenGiver();
});
afterEach(async () => giver[Symbol.asyncDispose]());

const sourceWith = (clock: FakeClock, more: Partial<BrokerTokenSource> = {}): BrokerTokenSource => ({
  endpoint: giver.endpoint,
  clientId: 'vigie-scorer',
  secret: () => 'no secret but a test’s',
  clock,
  ...more,
});

describe('OAUTHBEARER', () => {
  it('says the token and what else the brokers ask for', async () => {
    const extensions = { logicalCluster: 'lkc-1', identityPoolId: 'pool-2' };
    const { said, outcome } = await talkTo(sourceWith(new FakeClock(), { extensions }), '');
    expect(said).toEqual(['n,,|auth=Bearer token-1|logicalCluster=lkc-1|identityPoolId=pool-2||']);
    expect(outcome).toBeUndefined();
  });

  it('a token that is not taken is a refusal with the words of the broker, and the exchange is ended as the mechanism asks', async () => {
    const { said, outcome } = await talkTo(
      sourceWith(new FakeClock()),
      '{"status":"invalid_token"}',
      new Error('authentication failed'),
    );
    expect(said).toEqual(['n,,|auth=Bearer token-1||', '|']);
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
async function talkTo(source: BrokerTokenSource, ...answers: readonly (string | Error)[]) {
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
