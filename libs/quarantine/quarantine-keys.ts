// quarantine/: records that could not be read, sealed so that only their group can open them.
// It knows neither log nor store; a sealed record is a text of the quarantine row.

import sodium, { ready } from 'libsodium-wrappers';
import { entriesOf } from '#libs/runtime/config.js';
import { weaknessOfBytes } from '#libs/runtime/secret-strength.js';

await ready;

/** X25519 keys have 256 bits, public and private. */
export const boxKeyBytes = 32;

/** The public key of a group, to which its records are sealed. */
export interface QuarantineKey {
  readonly groupId: string;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
}

/** A group's private key. Its owner keeps it, and no service of Vigie has it. */
export interface PrivateQuarantineKey extends QuarantineKey {
  readonly privateKey: Uint8Array;
}

/** The public keys by group: of several keys of one group the first seals. */
export type QuarantineKeys = ReadonlyMap<string, QuarantineKey>;

const entryForm = /^([^\s:=@]{1,64}):([\w.-]{1,32})=([A-Za-z0-9+/_-]{43}=?)$/;
const entryWanted = 'expected group:key_id=base64 of 32 bytes, as "vigie quarantine keygen" prints it';

/**
 * Reads `group:key_id=base64` entries, separated by commas or line ends, the newest of a group first; lines that begin with `#` are remarks.
 * Answers with the mistakes instead when there are any, naming entries by their place.
 */
export function parseQuarantineKeys(text: string): { readonly keys: QuarantineKeys } | { readonly mistakes: readonly string[] } {
  const keys = new Map<string, QuarantineKey>();
  const mistakes: string[] = [];
  entriesOf(text).forEach((entry, index) => {
    const key = parsedEntry(entry);
    const weakness = key && weaknessOfBytes(key.bytes);
    if (!key) mistakes.push(`key ${index + 1}: ${entryWanted}`);
    else if (weakness) mistakes.push(`key ${index + 1}: it is ${weakness}; ${entryWanted}`);
    else if (!keys.has(key.groupId)) keys.set(key.groupId, { groupId: key.groupId, keyId: key.keyId, publicKey: key.bytes });
  });
  return mistakes.length ? { mistakes } : { keys };
}

/** The private keys of a file of `keygen`. Answers with the mistakes instead when there are any, and never quotes a key. */
export function parsePrivateKeys(
  text: string,
): { readonly keys: readonly PrivateQuarantineKey[] } | { readonly mistakes: readonly string[] } {
  const entries = entriesOf(text).map(parsedEntry);
  const mistakes = entries.flatMap((key, index) => (key ? [] : [`key ${index + 1}: ${entryWanted}`]));
  if (!entries.length) mistakes.push(`no key is there; ${entryWanted}`);
  if (mistakes.length) return { mistakes };
  const keys = entries.flatMap((key) => (key ? [key] : []));
  return {
    keys: keys.map(({ groupId, keyId, bytes }) => ({
      groupId,
      keyId,
      privateKey: bytes,
      publicKey: sodium.crypto_scalarmult_base(bytes),
    })),
  };
}

/** A new key of a group. */
export function newQuarantineKey(groupId: string, keyId: string): PrivateQuarantineKey {
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  return { groupId, keyId, publicKey, privateKey };
}

/** A key as an entry of `VIGIE_QUARANTINE_KEYS` or, of its private half, of a file for `vigie quarantine replay`. */
export function entryOf({ groupId, keyId }: QuarantineKey, bytes: Uint8Array): string {
  return `${groupId}:${keyId}=${Buffer.from(bytes).toString('base64')}`;
}

function parsedEntry(entry: string) {
  const [, groupId, keyId, encoded] = entryForm.exec(entry) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  return groupId && keyId && bytes.length === boxKeyBytes ? { groupId, keyId, bytes: Uint8Array.from(bytes) } : undefined;
}
