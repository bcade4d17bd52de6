// event-id/: the ids of events: keyed digests of the source's record and of what it says.
// They know rows as bytes, and no format.

import { hash } from 'node:crypto';
import type { GroupKeys } from '#libs/pseudonyms/key-ring.js';
import { SipHash, sipHashKeyBytes } from './sip-hash.js';

/** Between the parts of what an id is made over: no group or source may hold it. */
const separator = '\0';
/** Hexadecimal digits of each half of an event id. */
const halfDigits = 16;

/**
 * Makes the event ids of one source: 64 bits for the source's record and 64 for what it says, as 32 hexadecimal digits. The same record has
 * the same id for ever; a record that comes again and says something else is another event, so that nothing that came before is replaced,
 * and its first half tells whose version it is. Both halves are keyed by the group's secret: nobody can try out record ids or patients
 * until one fits, or make two contents that fit one id.
 */
export class EventIds {
  /** Over the record id. */
  readonly record: SipHash;
  /** Over the bytes of a row that are content. */
  readonly content: SipHash;

  constructor(secret: string, groupId: string, source: string) {
    this.record = keyed(secret, 'vigie.event.v4', groupId, source);
    this.content = keyed(secret, 'vigie.event-content.v3');
  }

  /** `content` are the bytes of a row that are content, in the order and parts of `vigie/wasm/rows.as.ts`. */
  of(record: RecordName, content: readonly string[]): string {
    return this.recordHalf(record) + this.content.digest(content);
  }

  /** The first half alone. */
  recordHalf(record: RecordName): string {
    const name = 'id' in record ? record.id : `${separator}content${separator}${canonicalJson(record.item)}`;
    return this.record.digest([name]);
  }
}

/** A hash whose key is made of the group's secret and what it is for. */
function keyed(...parts: readonly string[]): SipHash {
  return new SipHash(hash('sha256', parts.join(separator), 'buffer').subarray(0, sipHashKeyBytes));
}

const made = new WeakMap<GroupKeys, Map<string, EventIds>>();

/** The event ids of a source, made once. */
export function eventIdsOf(keys: GroupKeys, groupId: string, source: string): EventIds {
  const ofGroup = made.get(keys) ?? new Map<string, EventIds>();
  made.set(keys, ofGroup);
  const ids = ofGroup.get(source) ?? new EventIds(keys.eventSecret, groupId, source);
  ofGroup.set(source, ids);
  return ids;
}

/** The source's own record id, or the whole item where it has none. */
export type RecordName = { readonly id: string } | { readonly item: unknown };

/** Half an event id: the same for all versions of one record. */
export function recordHalfOf(eventId: string): string {
  return eventId.slice(0, halfDigits);
}

/** JSON with keys sorted at every level: two spellings of one object give one text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
