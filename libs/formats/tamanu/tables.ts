import type { JsonObject } from '../json/parse-item.js';
import { cellOf, type Table, tableFormat } from '../record/table-format.js';

/** Tamanu's `logs.accesses`: one row for each record that was looked at. */
export const tamanuTables: readonly Table[] = [
  {
    name: 'accesses',
    has: ['user_id', 'record_id', 'record_type', 'logged_at'],
    mapping: {
      places: {
        id: ['id'],
        time: ['logged_at'],
        actor_id: ['user_id'],
        clinic_id: ['facility_id'],
        session_id: ['session_id'],
        device: ['device_id'],
        categories: ['record_type'],
      },
      patients: [{ place: 'record' }, { place: 'patient_id', authority: 'tamanu:Patient' }],
      fixed: { action: 'read', outcome: 'success', application: 'Tamanu' },
    },
    prepare: withPatient,
  },
];

export const tamanuFormat = tableFormat('tamanu', tamanuTables);

/** Types of records that belong to no patient. */
const withoutPatient = /^(?:User|Facility|Location|Department|ReferenceData|Setting|Program|Survey|Template|Report)/i;

/** The patient whom the export has joined, the record itself where it is one, or the encounter in its place; other records are somebody's. */
function withPatient(row: JsonObject): JsonObject {
  const [type = '', record] = [cellOf(row, 'record_type'), cellOf(row, 'record_id')];
  if (cellOf(row, 'patient_id') !== undefined || withoutPatient.test(type)) return row;
  if (/^Patients?$/i.test(type)) return { ...row, patient_id: record };
  return { ...row, record: /^Encounters?$/i.test(type) ? { id: record, authority: 'tamanu:Encounter' } : {} };
}
