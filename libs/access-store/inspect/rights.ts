/** Services that speak to the store. */
export type ReadingService = 'scorer' | 'archiver' | 'notifier' | 'console';

/**
 * What each service does in the store, as `CHECK GRANT` takes it: without one of these it goes on and something of its work is missing. Every one is
 * granted to its user by deploy/clickhouse/access.sql; a test asks the engine.
 */
export const rightsOf: Readonly<Record<ReadingService, readonly string[]>> = {
  archiver: [
    ...[
      'access_rows',
      'incident_states',
      'quarantine_rows',
      'case_action_rows',
      'audit_rows',
      'archive_batches',
      'selections',
      'clinics',
    ].map((table) => `INSERT ON vigie.${table}`),
    ...['archive_batches', 'lists', 'clinics', 'selections', 'leakchecks'].map((table) => `SELECT ON vigie.${table}`),
    'SELECT(event_id) ON vigie.access_rows',
    'SELECT(change_id) ON vigie.incident_states',
    'SELECT(audit_id) ON vigie.audit_rows',
    'SELECT(group_id, subject_sha256, state, updated_at) ON vigie.erasures',
    'CREATE VIEW ON vigie.selected_accesses',
    'CREATE VIEW ON vigie.incident_patients',
    'DROP VIEW ON vigie.incident_patients',
    'CREATE VIEW ON vigie.dossier_unnamed_of',
    'CREATE VIEW ON vigie.incidents_patients_of',
  ],
  scorer: ['access_rows', 'incident_states', 'archive_batches', 'lists', 'clinics', 'selections'].map(
    (table) => `SELECT ON vigie.${table}`,
  ),
  notifier: [
    'INSERT ON vigie.notification_attempts',
    ...['notification_attempts', 'notifications', 'mutes', 'clinics'].map((table) => `SELECT ON vigie.${table}`),
    'SELECT(case_id, group_id, incident_ids, status) ON vigie.case_states',
  ],
  console: [
    ...['case_states', 'mutes'].map((table) => `INSERT ON vigie.${table}`),
    ...['notification_attempts', 'notifications', 'mutes', 'clinics'].map((table) => `SELECT ON vigie.${table}`),
  ],
};

/** What lets a user rewrite evidence. */
export const changingRights: readonly string[] = [
  'ALTER DELETE ON vigie.access_rows',
  'ALTER UPDATE ON vigie.access_rows',
  'DROP TABLE ON vigie.access_rows',
  'TRUNCATE ON vigie.access_rows',
];
