import { hash } from 'node:crypto';

/** The first 128 bits of the SHA-256 digest, as 32 lower-case hexadecimal digits: what `hex128` allows. The same for the same content for ever. */
export function hex128Of(content: string | NodeJS.ArrayBufferView): string {
  return hash('sha256', content, 'hex').slice(0, 32);
}
