import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import type { RoundTrip } from './identity-provider.js';

/** Somebody is at the provider for so long at most, in milliseconds. */
export const tripMsMax = 10 * 60_000;

const issuer = 'vigie-console-trip';
const { alg, enc } = { alg: 'dir', enc: 'A256GCM' } as const;
const shape = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  beganAt: z.number(),
  to: z.string(),
  confirms: z.string(),
});

/** Seals what a browser carries to the provider and back, with the first of some keys of 32 bytes, and opens those of all of them. */
export class RoundTrips {
  constructor(private readonly keys: readonly Uint8Array[]) {}

  seal(trip: RoundTrip): Promise<string> {
    const [key] = this.keys;
    if (!key) throw new RangeError('round trips are sealed with one key at least');
    return new EncryptJWT({ trip })
      .setProtectedHeader({ alg, enc })
      .setIssuer(issuer)
      .setExpirationTime(new Date(trip.beganAt + tripMsMax))
      .encrypt(key);
  }

  /** Undefined where it is none of ours, or over. `now` in milliseconds of the wall clock. */
  async open(sealed: string | undefined, now: number): Promise<RoundTrip | undefined> {
    if (sealed === undefined) return undefined;
    const options = { issuer, currentDate: new Date(now), keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc] };
    for (const key of this.keys) {
      const opened = await jwtDecrypt(sealed, key, options).catch(() => undefined);
      if (opened) return shape.safeParse(opened.payload['trip']).data;
    }
    return undefined;
  }
}

/** A page of ours to come back to, and no other place: the first one where it is none. */
export function ownPath(given: unknown): string {
  if (typeof given !== 'string' || !/^\/(?![/\\])[\x21-\x7e]{0,500}$/.test(given)) return '/';
  const own = 'http://vigie.invalid';
  const at = URL.parse(given, own);
  return at?.origin === own && !at.pathname.startsWith('/auth/') ? `${at.pathname}${at.search}` : '/';
}
