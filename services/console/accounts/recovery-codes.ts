import { createHash, randomInt } from 'node:crypto';

/** Codes that somebody gets at once. */
const codes = 10;

/** Letters of a code: 79 bits, so that a plain digest of it says nothing. */
const letters = 16;

/** Without those that look alike on paper. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Codes that each let somebody in once without their phone, in groups of four letters: told once, and kept as digests. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: codes }, () => {
    const code = Array.from({ length: letters }, () => alphabet[randomInt(alphabet.length)]).join('');
    return code.replaceAll(/(.{4})(?!$)/g, '$1-');
  });
}

/** SHA-256 of a code, in hexadecimal digits, however it was typed. */
export function digestOfRecoveryCode(code: string): string {
  const plain = code.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return createHash('sha256').update(`vigie recovery ${plain}`).digest('hex');
}
