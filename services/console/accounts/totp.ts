import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Seconds for which a code is shown (RFC 6238, section 5.2), and its digits. */
export const stepSeconds = 30;
const digits = 6;

/** Codes of so many steps before and after the present one are taken: clocks of phones differ, and people type. */
const stepsAside = 1;

/** Bytes of a secret: those of SHA-1, as RFC 4226 recommends. */
const secretBytes = 20;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function newTotpSecret(): Buffer {
  return randomBytes(secretBytes);
}

/** The number of the step of an instant. `now` in milliseconds of the wall clock. */
export function stepAt(now: number): number {
  return Math.floor(now / (stepSeconds * 1_000));
}

/** The code of a step: RFC 4226, section 5.3, with SHA-1, which every app on phones knows. */
export function codeOf(secret: Uint8Array, step: number, length = digits): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 0xf) & 0x7fff_ffff;
  return String(number % 10 ** length).padStart(length, '0');
}

/**
 * The step whose code this is, of those around the present one; undefined where it is none of them, or of `usedStep` or an earlier one: a code that
 * let somebody in lets nobody in again. Takes the same time for each.
 */
export function stepOfCode(secret: Uint8Array, code: string, now: number, usedStep: number): number | undefined {
  const given = Buffer.from(code.replaceAll(/\s/g, ''));
  let found: number | undefined;
  for (let step = stepAt(now) - stepsAside; step <= stepAt(now) + stepsAside; step += 1) {
    const known = Buffer.from(codeOf(secret, step));
    if (known.length === given.length && timingSafeEqual(known, given) && step > usedStep) found ??= step;
  }
  return found;
}

/** Base32 of RFC 4648 without `=`, as people type a secret into an app. */
export function base32Of(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** What apps read from a picture: `otpauth://totp/...`. */
export function totpUri(secret: Uint8Array, user: string): string {
  const query = new URLSearchParams({
    secret: base32Of(secret),
    issuer: 'Vigie',
    algorithm: 'SHA1',
    digits: `${digits}`,
    period: `${stepSeconds}`,
  });
  return `otpauth://totp/Vigie:${encodeURIComponent(user)}?${query.toString()}`;
}
