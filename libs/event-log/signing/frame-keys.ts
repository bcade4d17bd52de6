// signing/: who wrote a frame. Keys, signatures, and what becomes of a frame that has none.
// It knows neither log; each keeps a frame's signature beside the frame.

import { createCipheriv, createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SignatureFault } from '#libs/contracts/quarantine-row.js';
import { entriesOf } from '#libs/runtime/config.js';
import { weaknessOfBytes } from '#libs/runtime/secret-strength.js';
import type { TopicPartition } from '../port.js';

/** Keys have 256 bits. */
export const frameKeyBytes = 32;

export interface FrameKey {
  readonly id: string;
  readonly key: KeyObject;
  /** How it signs. Readers know both for every key. */
  readonly form: SignatureForm;
}

/** What is signed and how: 1 is an HMAC of the frame, 2 a GMAC of it under a key of its own. */
export type SignatureForm = 1 | 2;

/** `1:<key id>:<HMAC>` or `2:<key id>:<salt>:<tag>`, in base64url. Of 22 letters for 16 bytes the last has two bits. */
const signatureForms =
  /^(?:1:([\w.-]{1,32}):([A-Za-z0-9_-]{43})|2:([\w.-]{1,32}):([A-Za-z0-9_-]{21}[AQgw]):([A-Za-z0-9_-]{21}[AQgw]))$/;
const signatureBytesMax = 128;
/** Shorter frames are signed by the first form whatever the key says: a key for each takes 20 us, as long as an HMAC of so many bytes. */
export const longBytesMin = 40 * 1024;
/** `2:` stands before a key that signs long frames by the second form, which a version that does not know it refuses to start with. */
const entryForm = /^(2:)?([\w.-]{1,32})=([A-Za-z0-9+/_-]{43}=?)$/;

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
    const { id, key, form } = this.#first;
    if (form === 1 || frame.length < longBytesMin)
      return Buffer.from(`1:${id}:${codeOf(key, at, frame).toString('base64url')}`, 'latin1');
    const salt = saltFor(key, frame);
    return Buffer.from(`2:${id}:${salt.toString('base64url')}:${tagOf(key, at, salt, frame).toString('base64url')}`, 'latin1');
  }

  /** What is wrong with a frame's signature; undefined when one of ours signed these bytes for this partition. Never throws on content. */
  faultOf(at: TopicPartition, frame: Uint8Array, signature: Uint8Array | undefined): SignatureFault | undefined {
    if (signature === undefined) return 'unsigned';
    const text = signature.length > signatureBytesMax ? '' : Buffer.from(signature).toString('latin1');
    const [, codeId, code, tagId, salt, tag] = signatureForms.exec(text) ?? [];
    const id = codeId ?? tagId;
    if (id === undefined) return 'wrong_signature';
    const key = this.#byId.get(id)?.key;
    if (!key) return 'unknown_key';
    const given = Buffer.from(code ?? tag ?? '', 'base64url');
    const right = code === undefined ? tagOf(key, at, Buffer.from(salt ?? '', 'base64url'), frame) : codeOf(key, at, frame);
    return timingSafeEqual(right, given) ? undefined : 'wrong_signature';
  }
}

/**
 * HMAC-SHA-256 over `vigie.frame.v1`, topic and partition, each ended by a zero byte (no topic has one), and the frame. The partition is part
 * of it because an account is judged in one: a true frame that is put into another would be judged a second time. The offset is not known yet.
 */
function codeOf(key: KeyObject, { topic, partition }: TopicPartition, frame: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`vigie.frame.v1\0${topic}\0${partition}\0`).update(frame).digest();
}

/**
 * GMAC (NIST SP 800-38D: the tag of AES-256-GCM without a plaintext) of the frame, with a nonce of zeros, under a key of this one frame: HMAC-SHA-256 over
 * `vigie.frame.v2`, topic and partition, each ended by a zero byte, and the salt. It takes a sixth of the time of an HMAC of the frame.
 */
function tagOf(key: KeyObject, { topic, partition }: TopicPartition, salt: Uint8Array, frame: Uint8Array): Buffer {
  const own = createHmac('sha256', key).update(`vigie.frame.v2\0${topic}\0${partition}\0`).update(salt).digest();
  const cipher = createCipheriv('aes-256-gcm', own, noNonce).setAAD(frame);
  cipher.final();
  return cipher.getAuthTag();
}

const noNonce = Buffer.alloc(12);
const saltBytes = 16;
/** Of a frame its first rows, with their times of arrival and the ids of their events. */
const headBytes = 4096;

/**
 * 128 bits for each frame. Two frames of one key and partition must not have the same, since who sees both could sign others with it: so they are made of random
 * bytes and the frame's beginning, and differ even where a machine that was copied while it ran draws the same random bytes.
 */
function saltFor(key: KeyObject, frame: Uint8Array): Buffer {
  const drawn = createHmac('sha256', key).update('vigie.salt.v2\0').update(randomBytes(32)).update(`${frame.length}\0`);
  return drawn.update(frame.subarray(0, headBytes)).digest().subarray(0, saltBytes);
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
  const [, second, id, encoded] = entryForm.exec(entry) ?? [];
  if (!id || !encoded) return 'expected key_id=base64 of 32 random bytes (openssl rand -base64 32)';
  const raw = Buffer.from(encoded, 'base64');
  if (raw.length !== frameKeyBytes) return `the key has ${raw.length} bytes instead of ${frameKeyBytes}`;
  const weakness = weaknessOfBytes(raw);
  if (weakness) return `${id} is ${weakness}; whoever guesses it can invent accesses: make one with openssl rand -base64 32`;
  return { id, key: createSecretKey(raw), form: second ? 2 : 1 };
}
