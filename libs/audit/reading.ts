import type { AccessRow } from '#libs/contracts/access-row.js';
import type { AuditRow } from '#libs/contracts/audit-row.js';

/** The group and the clinic of whoever reads Vigie itself. No source of a hospital has it. */
export const ownGroup = 'vigie';

/** The feed of these rows, as `source` says it. */
export const ownSource = 'vigie-audit';

/** Fewer rows of patients are a look at some of them: the audit has it, and it is no access that rules judge. */
export const bulkRowsMin = 50;

/** Patients that an answer shows somebody. */
export interface Shown {
  /** By what they are known: the users of the console, the names that ClickHouse is given, the accounts of the machine that commands run under. */
  readonly door: 'console' | 'clickhouse' | 'cli';
  /** `list` for pages and queries that are looked at, `export` for what leaves as a whole. */
  readonly action: 'list' | 'export';
  /** Rows of patients: how many, never whom. */
  readonly records: number;
}

/**
 * An answer that shows patients, as an access to Vigie's own platform: so it is judged by rules like any other. It names no patient: the pseudonyms
 * of the list would be accesses to patients that nobody treated. Its id is that of the audit row, so that the same row again is the same access.
 */
export function readingOf(row: AuditRow, { door, action, records }: Shown): AccessRow | undefined {
  if (records < bulkRowsMin) return undefined;
  return {
    time: row.at,
    group_id: ownGroup,
    actor_id: `${door}:${row.by}`,
    patient_id: '',
    clinic_id: ownGroup,
    action,
    outcome: 'success',
    event_id: row.audit_id,
    source: ownSource,
    received_at: row.at,
    actor_kind: 'human',
    record_count: records,
    ...(row.remote_address !== '' && { source_ip: row.remote_address }),
    application: `vigie-${door}`,
  };
}
