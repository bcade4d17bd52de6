import { codeOf, stepAt } from './totp.js';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The bytes of a secret as an app on a phone reads them: base32. */
export function secretOf(text: string): Buffer {
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)));
}

/** What a phone shows at an instant, in milliseconds. */
export function codeFor(secret: Uint8Array, now: number): string {
  return codeOf(secret, stepAt(now));
}
