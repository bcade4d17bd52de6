import { createHmac } from 'node:crypto';

/** Shortest and longest secret, in bytes, as the Standard Webhooks specification recommends. */
const secretBytes = { min: 16, max: 64 } as const;

/** A `whsec_` secret as its bytes; undefined when it is not base64 of 16 to 64 bytes. */
export function parseSecret(text: string): Buffer | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (!base64) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length >= secretBytes.min && bytes.length <= secretBytes.max ? bytes : undefined;
}

/**
 * Headers by the Standard Webhooks specification 1.0: one `v1` signature (HMAC-SHA-256 over `id.timestamp.body`) per secret, so that a
 * receiver that has either the old or the new one accepts it while secrets rotate. `sentAt` is milliseconds since 1970.
 */
export function signedHeaders(id: string, sentAt: number, body: string, secrets: readonly Buffer[]): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const sign = (secret: Buffer) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return {
    'content-type': 'application/json',
    'user-agent': 'vigie-notifier',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map(sign).join(' '),
  };
}
