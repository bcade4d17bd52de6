import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

interface BoxKey {
  /** Says which key it was, and nothing of the key. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Seals secrets that must be known again, with the first of some keys, and opens those of all of them. What is sealed for one user is none of another's. */
export class SecretBox {
  readonly #keys: readonly BoxKey[];

  /** `keys` are those of sessions: what seals here is derived from them (RFC 5869). Throws without one. */
  constructor(keys: readonly Uint8Array[]) {
    if (keys.length === 0) throw new RangeError('secrets are sealed with one key at least');
    this.#keys = keys.map((key) => {
      const bytes = new Uint8Array(hkdfSync('sha256', key, '', 'vigie second factors', 32));
      return { bytes, id: createHash('sha256').update('vigie second factor key ').update(bytes).digest('hex').slice(0, 16) };
    });
  }

  /** `key.nonce+ciphertext+tag`, the latter in base64url. */
  seal(secret: Uint8Array, user: string): string {
    const [{ id, bytes } = unreachable()] = this.#keys;
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, bytes, nonce).setAAD(Buffer.from(user));
    return `${id}.${Buffer.concat([nonce, sealing.update(secret), sealing.final(), sealing.getAuthTag()]).toString('base64url')}`;
  }

  /** Undefined where it was sealed by a key that is not known any more, for somebody else, or was changed. */
  open(sealed: string, user: string): Buffer | undefined {
    const [id, text = ''] = sealed.split('.');
    const key = this.#keys.find((one) => one.id === id);
    const whole = Buffer.from(text, 'base64url');
    if (!key || whole.length < nonceBytes + tagBytes) return undefined;
    const opening = createDecipheriv(cipher, key.bytes, whole.subarray(0, nonceBytes))
      .setAAD(Buffer.from(user))
      .setAuthTag(whole.subarray(-tagBytes));
    try {
      return Buffer.concat([opening.update(whole.subarray(nonceBytes, -tagBytes)), opening.final()]);
    } catch {
      return undefined;
    }
  }

  /** Whether the newest key sealed it: what an older one did is sealed again while it can still be opened. */
  isNewest(sealed: string): boolean {
    return sealed.startsWith(`${this.#keys[0]?.id ?? ''}.`);
  }
}

function unreachable(): never {
  throw new RangeError('no key');
}
