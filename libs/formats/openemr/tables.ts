// openemr/: OpenEMR's log, its log of API calls, and its register of disclosures, as CSV or JSON rows.
// What was read stands in the SQL of `comments`, of which nothing but the names of tables is looked at.

import type { JsonObject } from '../json/parse-item.js';
import { cellOf, type Table, tableFormat } from '../record/table-format.js';
import { textOfValue } from '../record/record.js';
import type { WorkMeter } from '../work-meter.js';

const patients = [{ place: 'patient_id' }];
const clinic = ['facility', 'facility_id', 'groupname'];

export const openemrTables: readonly Table[] = [
  {
    name: 'api_log',
    has: ['method', 'request_url', ['created_time', 'ip_address']],
    mapping: {
      places: {
        id: ['log_id', 'id'],
        time: ['created_time', 'date'],
        actor_id: ['user', 'username', 'user_id'],
        clinic_id: clinic,
        action: ['request', 'method'],
        source_ip: ['ip_address'],
        categories: ['request'],
      },
      patients,
      requests: ['request_url'],
      words: { action: { get: 'read', head: 'read', post: 'create', put: 'update', patch: 'update' } },
      fixed: { application: 'OpenEMR' },
    },
    prepare: withoutZero,
  },
  {
    name: 'extended_log',
    has: ['date', 'event', 'user', 'recipient', 'patient_id'],
    mapping: {
      places: { id: ['id'], time: ['date'], actor_id: ['user'], clinic_id: clinic, purpose: ['event'] },
      patients,
      fixed: { application: 'OpenEMR', action: 'export', outcome: 'success' },
    },
    prepare: withoutZero,
  },
  {
    name: 'log',
    has: ['date', 'event', 'user', 'patient_id', ['comments', 'success', 'groupname', 'log_from']],
    mapping: {
      places: {
        id: ['id'],
        time: ['date'],
        actor_id: ['user'],
        clinic_id: clinic,
        action: ['event'],
        outcome: ['success'],
        categories: ['tables', 'kind'],
        source_ip: ['ip_address'],
        application: ['log_from'],
      },
      patients,
      words: {
        action: { select: 'read' },
        outcome: { 0: 'failure', 1: 'success' },
        categories: {
          insurance_data: 'insurance', billing: 'insurance', claims: 'insurance', payments: 'insurance', ar_activity: 'insurance',
          insurance_companies: 'insurance', prescriptions: 'prescription', drugs: 'prescription', patient_data: 'identity',
          employer_data: 'identity', forms: 'notes', pnotes: 'notes', documents: 'notes', 'patient-record': 'identity',
          order: 'prescription', 'lab-order': 'lab', 'lab-results': 'lab', scheduling: 'scheduling',
        },
      },
      fixed: { application: 'OpenEMR' },
    },
    prepare: withTables,
  },
]; // prettier-ignore

export const openemrFormat = tableFormat('openemr', openemrTables);

/** Patient 0 is nobody. */
function withoutZero(row: JsonObject): JsonObject {
  return { ...row, patient_id: cellOf(row, 'patient_id') };
}

/** Characters of `comments` that are looked at. */
const commentsMax = 16 * 1024;

/** `tables` that a statement names, and `kind` of the event without what was done: `lab-order` of `lab-order-select`. */
function withTables(row: JsonObject, meter: WorkMeter): JsonObject {
  const given = (textOfValue(row['comments']) ?? '').slice(0, commentsMax);
  meter.draw(given.length, 'comments');
  const text = /^[A-Za-z0-9+/\s]+={0,2}$/.test(given) ? Buffer.from(given, 'base64').toString('latin1') : given;
  const named = [...text.matchAll(/\b(?:from|into|update|join)\s{1,8}`?(\w{1,64})/gi)].slice(0, 16);
  const tables = named
    .map(([, table = '']) => table.toLowerCase())
    .map((table) => (/^(?:form_|forms)/.test(table) ? 'forms' : labOr(table)));
  const kind = textOfValue(row['event'])?.replace(/-(?:select|insert|update|delete|replace)$/, '');
  return { ...withoutZero(row), ...(tables.length ? { tables } : { kind }) };
}

function labOr(table: string): string {
  return table.startsWith('procedure_') ? 'lab' : table;
}
