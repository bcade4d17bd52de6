import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { entriesOf } from '#libs/runtime/config.js';
import { weaknessOfBytes } from '#libs/runtime/secret-strength.js';
import { Pseudonymiser } from './pseudonymiser.js';

/** Keys have 256 bits. */
export const keyBytes = 32;

/** A group's keys. The first is in use; the others are kept so that old rows can be read by the hospital's own tool. */
export interface GroupKeys {
  readonly groupId: string;
  readonly active: Pseudonymiser;
  readonly keyIds: readonly string[];
  /**
   * Makes event ids that nobody can turn back by trying identifiers. Derived from the group's oldest key, so that a rotation does
   * not change the id of a record that is sent again. 64 hexadecimal digits.
   */
  readonly eventSecret: string;
  /** The pseudonymiser of any key of the group. */
  of(keyId: string): Pseudonymiser | undefined;
}

export class KeyRing {
  readonly #groups = new Map<string, GroupKeys>();

  constructor(groups: Iterable<GroupKeys>) {
    for (const keys of groups) this.#groups.set(keys.groupId, keys);
  }
  group(groupId: string): GroupKeys | undefined {
    return this.#groups.get(groupId);
  }
  groupIds(): readonly string[] {
    return [...this.#groups.keys()];
  }
}

interface KeyLine {
  readonly groupId: string;
  readonly keyId: string;
  readonly key: KeyObject;
  readonly weakness: string | undefined;
}

/**
 * Reads `group:key_id=base64` entries, separated by commas or line ends, the newest of a group first; lines that begin with `#` are
 * remarks. Answers with the mistakes instead when there are any, naming entries by their place and never quoting a key. `weak` says which keys anybody could guess.
 */
export function parseKeyRing(
  text: string,
): { readonly ring: KeyRing; readonly weak: readonly string[] } | { readonly mistakes: readonly string[] } {
  const entries = entriesOf(text);
  const mistakes: string[] = [];
  const byGroup = new Map<string, KeyLine[]>();
  entries.forEach((entry, index) => {
    const line = parseEntry(entry);
    if (typeof line === 'string') return void mistakes.push(`key ${index + 1}: ${line}`);
    const lines = byGroup.get(line.groupId) ?? [];
    if (lines.some((other) => other.keyId === line.keyId))
      mistakes.push(`key ${index + 1}: the group ${line.groupId} has two keys named ${line.keyId}; give each its own name`);
    byGroup.set(line.groupId, [...lines, line]);
  });
  if (!entries.length) mistakes.push('no key is given; write group:key_id=base64 of 32 random bytes');
  if (mistakes.length) return { mistakes };
  const weak = [...byGroup.values()]
    .flat()
    .flatMap(({ groupId, keyId, weakness }) => (weakness ? [`${groupId}:${keyId} is ${weakness}`] : []));
  return { weak, ring: new KeyRing([...byGroup].map(([groupId, lines]) => groupKeys(groupId, lines))) };
}

function parseEntry(entry: string): KeyLine | string {
  const match = /^([^\s:=@]{1,64}):([\w.-]{1,32})=([A-Za-z0-9+/_-]{43}=?)$/.exec(entry);
  const [, groupId, keyId, encoded] = match ?? [];
  if (!groupId || !keyId || !encoded) return 'expected group:key_id=base64 of 32 random bytes (openssl rand -base64 32)';
  const raw = Buffer.from(encoded, 'base64');
  if (raw.length !== keyBytes) return `the key has ${raw.length} bytes instead of ${keyBytes}`;
  return { groupId, keyId, key: createSecretKey(raw), weakness: weaknessOfBytes(raw) };
}

function groupKeys(groupId: string, lines: readonly KeyLine[]): GroupKeys {
  const pseudonymisers = lines.map(({ keyId, key }) => new Pseudonymiser(keyId, key));
  const [active] = pseudonymisers;
  const oldest = lines.at(-1);
  if (!active || !oldest) throw new RangeError(`the group ${groupId} has no key`);
  return {
    groupId,
    active,
    keyIds: lines.map((line) => line.keyId),
    eventSecret: createHmac('sha256', oldest.key).update('vigie.event-id.v1').digest('hex'),
    of: (keyId) => pseudonymisers.find((candidate) => candidate.keyId === keyId),
  };
}
