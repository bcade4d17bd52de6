import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** Shortest and longest secret, in bytes, as the Standard Webhooks specification recommends. */
const secretBytes = { min: 16, max: 64 } as const;

/** A `whsec_` secret as its bytes; undefined when it is not base64 of 16 to 64 bytes. */
export function parseSecret(text: string): Buffer | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (!base64) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length >= secretBytes.min && bytes.length <= secretBytes.max ? bytes : undefined;
}

/** Secrets as keys, made once: a key that is given as bytes costs five times the signature. */
export function signingKeys(secrets: readonly Buffer[]): readonly KeyObject[] {
  return secrets.map((secret) => createSecretKey(secret));
}

/**
 * Headers by the Standard Webhooks specification 1.0: one `v1` signature (HMAC-SHA-256 over `id.timestamp.body`) per key, so that a
 * receiver that has either the old or the new one accepts it while secrets rotate. `sentAt` is milliseconds since 1970.
 */
export function signedHeaders(id: string, sentAt: number, body: string, keys: readonly KeyObject[]): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const sign = (key: KeyObject) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return {
    'content-type': 'application/json',
    'user-agent': 'vigie-notifier',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map(sign).join(' '),
  };
}
