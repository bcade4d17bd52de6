import { randomUUID } from 'node:crypto';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { type QuarantineRow, quarantineRowOf } from '#libs/contracts/quarantine-row.js';
import { eventIdsOf } from '#libs/formats/event-id/event-id.js';
import type { Original } from '#libs/formats/payload.js';
import { originalText, structureOf } from '#libs/formats/read/original.js';
import type { QuarantineKeys } from '#libs/quarantine/quarantine-keys.js';
import { sealed } from '#libs/quarantine/seal.js';
import type { Rejected } from '#libs/runtime/outcome.js';
import type { Intake } from '../receive/intake.js';

/** Patients of a set-aside event that are kept with it. */
const patientsKeptMax = 1000;

/**
 * The quarantine row of an event: its access rows as one, with the pseudonyms under `patient_ids`, so that it can be let in later
 * without asking the source again.
 */
export function quarantinedEventOf(rows: readonly AccessRow[], why: Rejected, origin: string): QuarantineRow | undefined {
  const [first] = rows;
  if (!first) return undefined;
  const { patient_id: _, ...event } = first;
  const patientIds = rows.map((row) => row.patient_id).filter(Boolean);
  const row = {
    received_at: first.received_at,
    group_id: first.group_id,
    source: first.source,
    step: 'admit',
    reason: why.reason,
    field: why.field,
    detail: why.detail,
    origin,
    content: JSON.stringify({ ...event, patient_ids: patientIds.slice(0, patientsKeptMax), patients: patientIds.length }),
  };
  return quarantineRowOf(row, [first.group_id, first.source, first.event_id, why.reason]);
}

/**
 * The quarantine row of a record that was not read to its end, so that nothing is known of it but that it came and how it is built: not its
 * account, not its patients, not which of its parts would have to be masked. The same record from the same place gives the same row.
 */
export function quarantinedRecordOf(
  { source: { groupId, source, keys }, receivedAt }: Intake,
  why: Rejected,
  origin: string,
  original: Original | undefined,
): QuarantineRow {
  const row = {
    received_at: receivedAt,
    group_id: groupId,
    source,
    step: 'admit',
    reason: why.reason,
    field: why.field,
    detail: why.detail,
    origin,
    content: original ? structureOf(original) : '',
  };
  // Keyed, because whoever reads the row could otherwise try identifiers until the record's digest fits. A file or a topic may be read again.
  const timeless = original && originalText({ ...original, envelope: { ...original.envelope, receivedMs: 0 } });
  const content = timeless === undefined ? [] : [eventIdsOf(keys, groupId, source).of({ id: timeless }, [])];
  return quarantineRowOf(row, [groupId, source, origin, why.reason, ...content]);
}

/** The row with its record sealed to the group's key; as it is where there is no key, or no record. */
export function withSealed(row: QuarantineRow, original: Original | undefined, keys: QuarantineKeys): QuarantineRow {
  const key = keys.get(row.group_id);
  if (!key || !original) return row;
  const text = originalText(original);
  const box = text === undefined ? undefined : sealed(text, row, key);
  return box === undefined ? row : { ...row, sealed: box };
}

/** Where a record of a request stands: the request has no name of its own. */
export function originInRequest(index: number): string {
  return `http:${randomUUID()}#${index}`;
}
