import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { entriesOf } from '#libs/runtime/config.js';
import { weaknessOfBytes } from '#libs/runtime/secret-strength.js';
import { Pseudonymiser } from './pseudonymiser.js';

/** Keys have 256 bits. */
export const keyBytes = 32;

/** The keys of a moment. */
export interface KeysInUse {
  /** Makes `patient_id`. */
  readonly active: Pseudonymiser;
  /** While a rotation overlaps: the key before, whose pseudonym stands beside the new one. */
  readonly former?: Pseudonymiser;
}

/** A group's keys. One is in use at a time; older ones are kept so that old rows can be read by the hospital's own tool. */
export interface GroupKeys {
  readonly groupId: string;
  /** The newest first. */
  readonly keyIds: readonly string[];
  /** What an event says must not change with the key: texts that hold its identifiers are compared under this one. */
  readonly oldest: Pseudonymiser;
  /**
   * Makes event ids that nobody can turn back by trying identifiers. Derived from the group's oldest key, so that a rotation does
   * not change the id of a record that is sent again. 64 hexadecimal digits.
   */
  readonly eventSecret: string;
  /**
   * The key of blocks of numbers of one day (HKDF, RFC 5869, of the group's oldest key), so that every ingestor has it and nobody keeps it. Whoever has
   * the log alone cannot say which block is meant, nor compare two days; whoever has the pseudonym key can do both.
   */
  blockKey(day: number): Buffer;
  /** What an event that arrives at a time, milliseconds, is written with. */
  at(receivedMs: number): KeysInUse;
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
  /** Milliseconds; from the beginning of time where nothing is said. */
  readonly fromMs: number;
}

/** For so long after a key has come into use the one before stands beside it. */
export const overlapMsDefault = 45 * 86_400_000;

/**
 * Reads `group:key_id=base64` entries, separated by commas or line ends, the newest of a group first; lines that begin with `#` are
 * remarks. `;from=2026-12-01T02:00:00Z` behind a key says when it comes into use, by the ingestor's clock; from then on the pseudonym of the key
 * before is made as well for `overlapMs`. Answers with the mistakes instead when there are any, naming entries by their place and never quoting a
 * key. `weak` says which keys anybody could guess.
 */
export function parseKeyRing(
  text: string,
  overlapMs: number = overlapMsDefault,
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
  for (const lines of byGroup.values()) mistakes.push(...rotationMistakes(lines, overlapMs));
  if (mistakes.length) return { mistakes };
  const weak = [...byGroup.values()]
    .flat()
    .flatMap(({ groupId, keyId, weakness }) => (weakness ? [`${groupId}:${keyId} is ${weakness}`] : []));
  return { weak, ring: new KeyRing([...byGroup].map(([groupId, lines]) => groupKeys(groupId, lines, overlapMs))) };
}

function parseEntry(entry: string): KeyLine | string {
  const match = /^([^\s:=@]{1,64}):([\w.-]{1,32})=([A-Za-z0-9+/_-]{43}=?)(?:;from=(\S{1,40}))?$/.exec(entry);
  const [, groupId, keyId, encoded, from] = match ?? [];
  if (!groupId || !keyId || !encoded)
    return 'expected group:key_id=base64 of 32 random bytes (openssl rand -base64 32), and ;from=2026-12-01T02:00:00Z for one that is to come into use';
  const raw = Buffer.from(encoded, 'base64');
  if (raw.length !== keyBytes) return `the key has ${raw.length} bytes instead of ${keyBytes}`;
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
  if (from !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(from)) return fromWanted;
  if (Number.isNaN(fromMs)) return fromWanted;
  return { groupId, keyId, key: createSecretKey(raw), weakness: weaknessOfBytes(raw), fromMs };
}

const fromWanted = 'from must be a time with its zone, such as 2026-12-01T02:00:00Z';

/** A patient has two pseudonyms while a rotation overlaps, and never three: windows could not tell who is who. */
function rotationMistakes(lines: readonly KeyLine[], overlapMs: number): readonly string[] {
  const days = overlapMs / 86_400_000;
  return lines.flatMap(({ groupId, keyId, fromMs }, index) => {
    const before = lines[index + 1];
    if (!before || before.fromMs === Number.NEGATIVE_INFINITY || fromMs >= before.fromMs + overlapMs) return [];
    return [
      `${groupId}:${keyId} must come into use ${days} days (VIGIE_PSEUDONYM_OVERLAP_DAYS) or more after ${before.keyId}: ` +
        `write the newest key first, and give it a later from`,
    ];
  });
}

function groupKeys(groupId: string, lines: readonly KeyLine[], overlapMs: number): GroupKeys {
  const known = lines.map((line) => ({ ...line, pseudonymiser: new Pseudonymiser(line.keyId, line.key) }));
  const oldest = known.at(-1);
  if (!oldest) throw new RangeError(`the group ${groupId} has no key`);
  const at = (receivedMs: number): KeysInUse => {
    const index = known.findIndex(({ fromMs }) => receivedMs >= fromMs);
    const found = known[index] ?? oldest;
    const active = found.pseudonymiser;
    const former = known[index + 1]?.pseudonymiser;
    return index >= 0 && former && receivedMs < found.fromMs + overlapMs ? { active, former } : { active };
  };
  return {
    groupId,
    keyIds: lines.map((line) => line.keyId),
    oldest: oldest.pseudonymiser,
    eventSecret: createHmac('sha256', oldest.key).update('vigie.event-id.v1').digest('hex'),
    blockKey: (day) => Buffer.from(hkdfSync('sha256', oldest.key, '', `vigie.id-block.v1 ${day}`, keyBytes)),
    at,
    of: (keyId) => known.find((candidate) => candidate.keyId === keyId)?.pseudonymiser,
  };
}
