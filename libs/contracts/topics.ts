import type { LaneKind } from './vocabulary.js';

/** Topic names. A change of meaning is a new number at the end, never an edit. */
export const topics = {
  accesses: 'vigie.accesses.v1',
  incidents: 'vigie.incidents.v1',
  quarantine: 'vigie.quarantine.v1',
  /** What people do with cases. An action lies on the partition of its case's account, as the incident does: both have one partition count. */
  actions: 'vigie.actions.v1',
  /** Who looked at what, and who was refused. */
  audit: 'vigie.audit.v1',
} as const;

/** Topics of which nothing is ever removed: cases are the fold of the first two, and who looked is asked years later. They are small. */
export const keptForEver: readonly Topic[] = [topics.incidents, topics.actions, topics.audit];

/**
 * Accesses once more, on the partition of another subject than their account: of a group and an address, a device, a session, a clinic. Scorers write
 * and read them, only where a rule asks for such a subject; the archiver stores the accesses themselves.
 */
export const laneTopics = {
  source_ip: 'vigie.by-source-ip.v1',
  device: 'vigie.by-device.v1',
  session_id: 'vigie.by-session-id.v1',
  id_block: 'vigie.by-id-block.v1',
  clinic_id: 'vigie.by-clinic-id.v1',
} as const satisfies Readonly<Record<LaneKind, string>>;

/** What scorers read. */
export const judgedTopics: readonly string[] = [topics.accesses, ...Object.values(laneTopics)];

/** Findings for the SIEM, in OCSF: written for others, read and stored by nobody of ours. */
export const findingsTopic = 'vigie.findings.v1';

/** Who met which patient: ingestors write and read it, each all of it from its beginning; the archiver does not store it. */
export const careTopic = 'vigie.care.v1';

/**
 * What accounts usually do: completed days of accounts, what people found honest, and from where on each day's thresholds are made. One
 * partition, because its order says what a day's thresholds are made of. Scorers write and read it.
 */
export const habitsTopic = 'vigie.habits.v1';

/**
 * Topics whose frames say nothing any more after a time, milliseconds, whoever has read them or not; nothing goes before. Older days
 * change no threshold any more: see docs/decisions/habits.md.
 */
export const keptFor: Readonly<Record<string, number>> = { [careTopic]: 37 * 86_400_000, [habitsTopic]: 250 * 86_400_000 };

/** Topics whose whole order counts: they have one partition, whatever the others have. */
export const topicsOfOnePartition: readonly string[] = [habitsTopic];

/** Every topic that has to be there before somebody writes to it. */
export const madeTopics: readonly string[] = [
  ...Object.values(topics),
  ...Object.values(laneTopics),
  findingsTopic,
  careTopic,
  habitsTopic,
];

/** Groups of readers whose offsets mean that accesses were judged and stored. */
export const groups = { scorer: 'vigie-scorer', archiver: 'vigie-archiver' } as const;

export type Topic = (typeof topics)[keyof typeof topics];

/** How many partitions a topic is made with, where others get `usual`. */
export function partitionCountOf(topic: string, usual: number): number {
  return topicsOfOnePartition.includes(topic) ? 1 : usual;
}

/** A frame closes at this many bytes of rows, before compression. */
export const frameBytesMax = 256 * 1024;

/** A frame closes this long after its first row, in milliseconds. */
export const frameLingerMs = 20;

/**
 * The partition of an account: FNV-1a (32 bits, over the UTF-8 bytes of `group_id`, a zero byte and `actor_id`), finished with
 * murmur3's avalanche so that low bits are as good as high ones, modulo the partition count.
 * It must never change for a topic that has data: one scorer owns an account because of it.
 */
export function partitionOf(groupId: string, actorId: string, partitions: number): number {
  return partitionOfHash(fnv1a(actorId, accountHashOf(groupId)), partitions);
}

/** The part of the hash that all accounts of a group share. */
export function accountHashOf(groupId: string): number {
  return Math.imul(fnv1a(groupId, 0x811c9dc5), 0x01000193); // the zero byte between the two
}

/** `partitionOf` for an account whose UTF-8 bytes lie at `start` to `end`, after `accountHashOf` of its group. */
export function partitionOfBytes(groupHash: number, bytes: Uint8Array, start: number, end: number, partitions: number): number {
  let hash = groupHash;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return partitionOfHash(hash, partitions);
}

function partitionOfHash(unfinished: number, partitions: number): number {
  let hash = unfinished ^ (unfinished >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) % partitions;
}

function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return fnv1aBytes(Buffer.from(text.slice(i), 'utf8'), hash);
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return hash;
}

function fnv1aBytes(bytes: Uint8Array, seed: number): number {
  let hash = seed;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
