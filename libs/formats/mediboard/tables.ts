// mediboard/: the tables in which Mediboard keeps who looked at what, as CSV or JSON rows.
// Their times have no zone, and those of log_access_medical_object are rounded by configuration: one hour if it says nothing.

import { rejected } from '#libs/runtime/outcome.js';
import type { PatientPlace } from '../record/patients.js';
import { type Table, tableFormat } from '../record/table-format.js';
import { mediboardPatient, withPatient } from './objects.js';
import { withRequest } from './requests.js';

const account = ['rpps', 'adeli', 'user_username', 'username', 'user_id'];
const clinic = ['finess', 'group_finess', 'group_id'];
const patients: readonly PatientPlace[] = [
  { place: 'stay' },
  { place: 'patient_id', authority: mediboardPatient },
  { place: 'ipp', authority: 'mediboard:IPP' },
  { place: 'ins', authority: 'urn:oid:1.2.250.1.213.1.4.8' },
];
const fixed = { application: 'Mediboard' } as const;

export const mediboardTables: readonly Table[] = [
  {
    name: 'bris_de_glace',
    has: ['bris_id', 'user_id', 'date'],
    mapping: {
      places: { id: ['bris_id'], time: ['date'], actor_id: account, clinic_id: clinic },
      patients,
      fixed: { ...fixed, action: 'read', emergency: true, outcome: 'success' },
    },
    prepare: withPatient,
  },
  {
    name: 'log_access_medical_object',
    has: ['access_id', 'user_id', 'datetime', 'object_class', 'object_id'],
    mapping: {
      places: { id: ['access_id'], time: ['datetime'], actor_id: account, clinic_id: clinic },
      patients,
      fixed: { ...fixed, action: 'read', outcome: 'success' },
    },
    prepare: withPatient,
  },
  {
    name: 'user_authentication',
    has: ['user_id', 'auth_method', 'datetime_login'],
    mapping: {
      places: {
        id: ['user_authentication_id'],
        time: ['datetime_login'],
        actor_id: account,
        clinic_id: clinic,
        source_ip: ['id_address', 'ip_address'],
        session_id: ['session_id'],
        auth: ['auth_method'],
        user_agent: ['user_agent', 'user_agent_id'],
      },
      fixed: { ...fixed, action: 'login', outcome: 'success' },
    },
  },
  {
    name: 'user_log',
    has: ['user_log_id', 'user_id', 'date', 'type', 'object_class'],
    mapping: {
      places: {
        id: ['user_log_id'], time: ['date'], actor_id: account, clinic_id: clinic, action: ['type'], source_ip: ['ip_address'],
      },
      patients,
      words: { action: { create: 'create', store: 'update', merge: 'update', delete: 'delete' } },
      fixed: { ...fixed, outcome: 'success' },
    },
    prepare: withPatient,
  },
  {
    name: 'long_request_log',
    has: ['user_id', ['datetime', 'datetime_start'], 'duration', ['query_params_get', 'query_params_post']],
    mapping: {
      places: {
        id: ['long_request_log_id'],
        time: ['datetime', 'datetime_start'],
        actor_id: account,
        clinic_id: clinic,
        action: ['request'],
        session_id: ['session_id'],
      },
      patients,
      fixed,
    },
    prepare: withRequest,
  },
  {
    name: 'access_log',
    has: ['module_action_id', 'period', 'hits'],
    mapping: { places: {} },
    prepare: () => rejected('no_account', '', 'access_log counts and names no account; export log_access_medical_object instead'),
  },
]; // prettier-ignore

export const mediboardFormat = tableFormat('mediboard', mediboardTables);
