import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, SignJWT } from 'jose';
import { readLogoutToken } from './logout-token.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('a logout token while the keys of its provider', () => {
  let server: Server;
  let answer = { status: 200, body: '' };
  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  it.each([
    ['are not to be had', { status: 503, body: '' }, 'away'],
    ['come as something else', { status: 200, body: '<html>' }, 'away'],
    ['are others', { status: 200, body: '{"keys":[]}' }, 'not_believed'],
  ])('%s is sent again, or not', async (_what, given, expected) => {
    answer = given;
    const { port } = server.address() as AddressInfo;
    const keys = createRemoteJWKSet(new URL(`http://127.0.0.1:${port}/`));
    const token = await new SignJWT({ sub: 'a.durand' }).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(privateKey);
    expect(await readLogoutToken(token, { issuer: 'https://id.example', clientId: 'vigie', keys, now: Date.now() })).toBe(
      expected,
    );
  });
});
