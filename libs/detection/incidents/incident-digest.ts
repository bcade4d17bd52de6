import { createHash } from 'node:crypto';

/** 32 hexadecimal digits that depend on nothing but the parts. */
export function digest(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
