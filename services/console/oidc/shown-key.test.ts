import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { ShownKey } from './shown-key.js';

describe('a key of the console at its provider', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-client-key-'));
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=vigie', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-keyout', keyFile, '-out', certificateFile, ...subject],
    {
      stdio: 'ignore',
    },
  );
  const [key, certificate] = [readFileSync(keyFile, 'utf8'), readFileSync(certificateFile, 'utf8')];
  rmSync(folder, { recursive: true });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'sec1' }).toString();

  it('signs by what the provider takes, and names its certificate', async () => {
    const { fingerprint256 } = new X509Certificate(certificate);
    const named = Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
    expect(await headerOf(`${certificate}${key}`, 'one', ['PS256'])).toMatchObject({
      alg: 'PS256',
      kid: 'one',
      'x5t#S256': named,
    });
    expect(await headerOf(key)).toEqual({ alg: 'RS256' });
    expect(await headerOf(other, undefined, ['RS256'])).toMatchObject({ alg: 'ES256' });
  });

  it.each([
    ['what is no key', 'hello', 'holds no private key in PEM'],
    ['a certificate of another key', `${other}${certificate}`, 'holds a certificate of another key'],
    [
      'a key that nobody signs with',
      generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      'is a key of x25519',
    ],
  ])('is refused where it is %s', (_, pem, said) => {
    expect(() => new ShownKey(pem, undefined)).toThrow(said);
  });
});

const headerOf = async (pem: string, kid?: string, algorithms?: string[]) => {
  const body = new URLSearchParams();
  const server = {
    issuer: 'https://id.example',
    ...(algorithms && { token_endpoint_auth_signing_alg_values_supported: algorithms }),
  };
  await new ShownKey(pem, kid).auth(server, { client_id: 'vigie' }, body, new Headers());
  return decodeProtectedHeader(body.get('client_assertion') ?? '');
};
