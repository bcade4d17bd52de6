/** Longer runs of hexadecimal digits than a word of Vigie has; a pseudonym has 32. */
const longDigits = /[0-9a-f]{32,}/gi;
const sha256 = /^[0-9a-f]{64}$/;

/**
 * Whether an answer may go out: no text of it, at any depth, keys too, holds 32 hexadecimal digits in a row that are no known id. A digest of a file is
 * known by its key. The schemas of the tools have no field for a pseudonym; this is the second door, and what it stops is a mistake of ours.
 */
export function holdsUnknownDigits(value: unknown, isKnown: (id: string) => boolean, key = ''): boolean {
  if (typeof value === 'string') {
    if (key.endsWith('_sha256') && sha256.test(value)) return false;
    return (value.match(longDigits) ?? []).some((digits) => digits.length !== 32 || !isKnown(digits));
  }
  if (Array.isArray(value)) return value.some((one) => holdsUnknownDigits(one, isKnown, key));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, one]) => holdsUnknownDigits(name, isKnown) || holdsUnknownDigits(one, isKnown, name));
}
