import { hexOf } from './generator.js';

/** What differs from row to row; `time` is event time in ms, `patient` a name that becomes a pseudonym, `index` tells events apart. */
export interface BenchRow {
  readonly time: number;
  readonly account: string;
  readonly patient: string;
  readonly clinic: number;
  readonly index: number;
  readonly emergency?: boolean;
  readonly session_id?: string;
}

/** A line of some 450 bytes, its keys in the order in which the ingestor writes them. */
export function rowOf({ time, account, patient, clinic, index, emergency, session_id }: BenchRow): string {
  const iso = new Date(time).toISOString();
  return `${JSON.stringify({
    time: iso,
    group_id: 'aleo',
    actor_id: account,
    patient_id: hexOf(patient),
    clinic_id: `75030${1000 + clinic}`,
    action: 'read',
    outcome: 'success',
    event_id: hexOf(`e${index}`),
    source: 'mediboard',
    received_at: iso,
    actor_role: 'nurse',
    actor_kind: 'human',
    emergency,
    categories: ['identity', 'notes'],
    source_ip: '10.4.2.17',
    session_id,
    application: 'mediboard',
    key_id: 'k1',
  })}\n`;
}
