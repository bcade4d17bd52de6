import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { type TokenGiver, tokenGiver } from '#libs/testkit/token-giver.js';
import { ClientTokens, type TokenSource } from './client-tokens.js';

let giver: TokenGiver;
beforeEach(async () => {
  giver = await tokenGiver();
});
afterEach(async () => giver[Symbol.asyncDispose]());

const sourceWith = (more: Partial<TokenSource> = {}): TokenSource => ({
  endpoint: giver.endpoint,
  clientId: 'vigie-scorer',
  secret: () => 'no secret but a test’s',
  ...more,
});

describe('tokens of a client', () => {
  it('are asked for with the name, the secret and the scope, once for all who wait, and again before they end', async () => {
    const clock = new FakeClock();
    let secret = 'one';
    const tokens = new ClientTokens(sourceWith({ scope: 'kafka', secret: () => secret }), clock);
    expect(await Promise.all([tokens.now(), tokens.now()])).toEqual(['token-1', 'token-1']);
    expect(giver.asked).toEqual([
      { scope: 'kafka', grant_type: 'client_credentials', client_id: 'vigie-scorer', client_secret: 'one' },
    ]);
    await clock.advance(239_000);
    expect(await tokens.now()).toBe('token-1');
    secret = 'renewed';
    await clock.advance(2000);
    expect(await tokens.now()).toBe('token-2');
    expect(giver.asked[1]).toMatchObject({ client_secret: 'renewed' });
  });

  it('are given on until they end while the endpoint is away, and then say why there is none', async () => {
    const clock = new FakeClock();
    const tokens = new ClientTokens(sourceWith(), clock);
    await tokens.now();
    giver.refusal = [503, {}];
    await clock.advance(290_000);
    expect(await tokens.now()).toBe('token-1');
    await clock.advance(11_000);
    await expect(tokens.now()).rejects.toThrow(/^no token from http:.*503/);
    delete giver.refusal;
    await expect(tokens.now()).rejects.toThrow(/503/);
    expect(giver.asked).toHaveLength(3);
    await clock.advance(5000);
    expect(await tokens.now()).toBe('token-4');
  });

  it('that are refused say what the endpoint said, without the secret', async () => {
    giver.refusal = [401, { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' }];
    const refused = await new ClientTokens(sourceWith(), new FakeClock()).now().catch((cause: unknown) => cause);
    expect(refused).toMatchObject({ retriable: true, message: expect.stringMatching(/invalid_client: Invalid client or/) });
    expect(String(refused)).not.toContain('secret but');
  });
});
