import { hash } from 'node:crypto';

/** Between the parts of an event id: no group, source or record id may hold it. */
const separator = '\0';

/** What the id of a source's record is made over, up to the record id itself. */
export function eventIdPrefix(groupId: string, source: string): string {
  return `vigie.event.v1${separator}${groupId}${separator}${source}${separator}`;
}

/** 128 bits of SHA-256 over group, source and the source's own record id: the same record has the same id for ever. */
export function eventIdOf(prefix: string, recordId: string): string {
  return hash('sha256', prefix + recordId, 'hex').slice(0, 32);
}

/**
 * For a record that has no id, or whose id holds a patient identifier: the same over the record's canonical JSON, with a secret of the
 * group in front. Without it anybody who holds a row could try identifiers until the id fits, since everything else is in the row.
 */
export function sealedEventIdOf(prefix: string, secret: string, content: string): string {
  return hash('sha256', `${secret}${separator}${prefix}${content}`, 'hex').slice(0, 32);
}

/** JSON with keys sorted at every level: two spellings of one object give one text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
