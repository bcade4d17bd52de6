import { randomUUID } from 'node:crypto';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { type QuarantineRow, quarantineRowOf } from '#libs/contracts/quarantine-row.js';
import type { Rejected } from '#libs/runtime/outcome.js';
import type { Intake } from '../receive/intake.js';

/** Patients of a set-aside event that are kept with it. */
const patientsKeptMax = 1000;

/**
 * The quarantine row of an event: its access rows as one, with the pseudonyms under `patient_ids`, so that it can be let in later
 * without asking the source again.
 */
export function quarantinedEventOf(rows: readonly AccessRow[], why: Rejected, index: number): QuarantineRow | undefined {
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
    origin: `http:${randomUUID()}#${index}`,
    content: JSON.stringify({ ...event, patient_ids: patientIds.slice(0, patientsKeptMax), patients: patientIds.length }),
  };
  return quarantineRowOf(row, [first.group_id, first.source, first.event_id, why.reason]);
}

/**
 * The quarantine row of a record that was not read to its end, so that nothing is known of it but that it came: not its account, not its
 * patients, not which of its parts would have to be masked.
 */
export function quarantinedRecordOf({ source: { groupId, source }, receivedAt, items }: Intake, why: Rejected): QuarantineRow {
  const origin = `http:${randomUUID()}#${items}`;
  const row = {
    received_at: receivedAt,
    group_id: groupId,
    source,
    step: 'admit',
    reason: why.reason,
    field: why.field,
    detail: why.detail,
    origin,
    content: '',
  };
  return quarantineRowOf(row, [groupId, source, origin, why.reason]);
}
