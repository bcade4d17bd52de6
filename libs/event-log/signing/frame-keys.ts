// signing/: who wrote a frame. Keys, signatures, and what becomes of a frame that has none.
// It knows neither log; each keeps a frame's signature beside the frame.

import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { SignatureFault } from '#libs/contracts/quarantine-row.js';
import { entriesOf } from '#libs/runtime/config.js';
import { weaknessOfBytes } from '#libs/runtime/secret-strength.js';
import type { TopicPartition } from '../port.js';

/** Keys have 256 bits. */
export const frameKeyBytes = 32;

export interface FrameKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** `1:<key id>:<HMAC in base64url>`; the number is that of what is signed and how. */
const signatureForm = /^1:([\w.-]{1,32}):([A-Za-z0-9_-]{43})$/;
const signatureBytesMax = 128;
const entryForm = /^([\w.-]{1,32})=([A-Za-z0-9+/_-]{43}=?)$/;

/** Keys of those who write the log: the first signs, all are believed, so that a new one can be known everywhere before it signs. */
export class FrameKeys {
  readonly #first: FrameKey;
  readonly #byId: ReadonlyMap<string, FrameKey>;

  /** Throws `RangeError` without a key. Of two keys with one id the first counts. */
  constructor(keys: readonly FrameKey[]) {
    const [first] = keys;
    if (!first) throw new RangeError('frames cannot be signed without a key');
    this.#first = first;
    this.#byId = new Map(keys.toReversed().map((key) => [key.id, key]));
  }

  /** ASCII, to be kept beside the frame. */
  sign(at: TopicPartition, frame: Uint8Array): Buffer {
    return Buffer.from(`1:${this.#first.id}:${codeOf(this.#first, at, frame).toString('base64url')}`, 'latin1');
  }

  /** What is wrong with a frame's signature; undefined when one of ours signed these bytes for this partition. Never throws on content. */
  faultOf(at: TopicPartition, frame: Uint8Array, signature: Uint8Array | undefined): SignatureFault | undefined {
    if (signature === undefined) return 'unsigned';
    const text = signature.length > signatureBytesMax ? '' : Buffer.from(signature).toString('latin1');
    const [, id, code] = signatureForm.exec(text) ?? [];
    if (id === undefined || code === undefined) return 'wrong_signature';
    const key = this.#byId.get(id);
    if (!key) return 'unknown_key';
    return timingSafeEqual(codeOf(key, at, frame), Buffer.from(code, 'base64url')) ? undefined : 'wrong_signature';
  }
}

/**
 * HMAC-SHA-256 over `vigie.frame.v1`, topic and partition, each ended by a zero byte (no topic has one), and the frame. The partition is part
 * of it because an account is judged in one: a true frame that is put into another would be judged a second time. The offset is not known yet.
 */
function codeOf({ key }: FrameKey, { topic, partition }: TopicPartition, frame: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`vigie.frame.v1\0${topic}\0${partition}\0`).update(frame).digest();
}

/**
 * Reads `key_id=base64` entries, separated by commas or line ends, the one that signs first; lines that begin with `#` are remarks. Answers
 * with the mistakes instead when there are any, naming entries by their place and never quoting a key.
 */
export function parseFrameKeys(text: string): { readonly keys: readonly FrameKey[] } | { readonly mistakes: readonly string[] } {
  const entries = entriesOf(text);
  const keys: FrameKey[] = [];
  const mistakes: string[] = [];
  entries.forEach((entry, index) => {
    const read = parseEntry(entry);
    if (typeof read === 'string') mistakes.push(`key ${index + 1}: ${read}`);
    else if (keys.some(({ id }) => id === read.id))
      mistakes.push(`key ${index + 1}: two keys are named ${read.id}; give each its own name`);
    else keys.push(read);
  });
  if (!entries.length) mistakes.push('no key is given; write key_id=base64 of 32 random bytes');
  return mistakes.length ? { mistakes } : { keys };
}

function parseEntry(entry: string): FrameKey | string {
  const [, id, encoded] = entryForm.exec(entry) ?? [];
  if (!id || !encoded) return 'expected key_id=base64 of 32 random bytes (openssl rand -base64 32)';
  const raw = Buffer.from(encoded, 'base64');
  if (raw.length !== frameKeyBytes) return `the key has ${raw.length} bytes instead of ${frameKeyBytes}`;
  const weakness = weaknessOfBytes(raw);
  if (weakness) return `${id} is ${weakness}; whoever guesses it can invent accesses: make one with openssl rand -base64 32`;
  return { id, key: createSecretKey(raw) };
}
