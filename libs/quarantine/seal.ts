import sodium, { ready } from 'libsodium-wrappers';
import { sealedBytesMax } from '#libs/contracts/quarantine-row.js';
import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { PrivateQuarantineKey, QuarantineKey } from './quarantine-keys.js';

await ready;

/** Of what follows: one byte of form, one with the length of the key's name, the name, a sealed box of libsodium. */
const form = 1;
const headBytes = 2;

/** Whose record it is: sealed with the record, so that a record which somebody has put into another row is found out. */
export interface SealedFor {
  readonly group_id: string;
  readonly source: string;
  readonly quarantine_id: string;
}

/**
 * A text as base64 that only the group's private key opens: X25519, XSalsa20-Poly1305 under a key pair of this box alone
 * (`crypto_box_seal` of libsodium). Undefined when it would be longer than a quarantine row may hold.
 */
export function sealed(text: string, { group_id, source, quarantine_id }: SealedFor, key: QuarantineKey): string | undefined {
  const name = Buffer.from(key.keyId);
  const owner = JSON.stringify([group_id, source, quarantine_id]);
  const bytes = Buffer.byteLength(owner) + 1 + Buffer.byteLength(text) + sodium.crypto_box_SEALBYTES + headBytes + name.length;
  if (bytes > sealedBytesMax) return undefined;
  const box = sodium.crypto_box_seal(Buffer.from(`${owner}\n${text}`), key.publicKey);
  return Buffer.concat([Buffer.of(form, name.length), name, box]).toString('base64');
}

/** The text again. Rejected with what is wrong; never with what stands in it. */
export function opened(
  given: string,
  { group_id, source, quarantine_id }: SealedFor,
  keys: readonly PrivateQuarantineKey[],
): Accepted<string> | Rejected {
  const bytes = Buffer.from(given, 'base64');
  const boxAt = headBytes + (bytes[1] ?? 0);
  if (bytes[0] !== form || bytes.length < boxAt + sodium.crypto_box_SEALBYTES)
    return rejected('sealed_cut_off', 'sealed', 'the sealed bytes are cut off, or of a form that this version does not know');
  const keyId = bytes.subarray(headBytes, boxAt).toString('utf8');
  const key = keys.find((one) => one.keyId === keyId && one.groupId === group_id);
  if (!key) {
    const name = /^[\w.-]{1,32}$/.test(keyId) ? `${group_id}:${keyId}` : group_id;
    return rejected('other_key', 'sealed', `the record is sealed to ${name}, and the file of --key has no such key`);
  }
  const plain = boxOpened(bytes.subarray(boxAt), key);
  if (plain === undefined)
    return rejected(
      'not_opened',
      'sealed',
      'the private key does not open the sealed bytes: it is another key of that name, or they were changed',
    );
  const end = plain.indexOf('\n');
  if (plain.slice(0, end) !== JSON.stringify([group_id, source, quarantine_id]))
    return rejected(
      'other_row',
      'sealed',
      'the sealed bytes belong to another row of the quarantine; somebody has moved them here',
    );
  return accepted(plain.slice(end + 1));
}

function boxOpened(box: Uint8Array, { publicKey, privateKey }: PrivateQuarantineKey): string | undefined {
  try {
    return Buffer.from(sodium.crypto_box_seal_open(box, publicKey, privateKey)).toString('utf8');
  } catch {
    return undefined;
  }
}
