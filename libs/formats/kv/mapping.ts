// kv/: names and values in text, the last resort: where no format is seen, the columns of the source's configuration say what is what.
// Vigie's own names and a few that everybody uses are known without it.

import { eventFields } from '../record/fields.js';
import type { RecordMapping } from '../record/mapping.js';

const usual: RecordMapping['places'] = {
  time: ['time', 'timestamp', 'datetime', 'date', 'eventtime'],
  clinic_id: ['clinic_id', 'clinic', 'site', 'facility', 'finess', 'etablissement'],
  actor_id: ['actor_id', 'user_id', 'userid', 'user', 'username', 'login', 'usr', 'account', 'utilisateur'],
  actor_role: ['actor_role', 'role', 'profil'],
  action: ['action', 'event', 'operation', 'event_type'],
  outcome: ['outcome', 'result', 'status'],
  source_ip: ['source_ip', 'ip', 'src', 'src_ip', 'client_ip'],
  device: ['device', 'workstation', 'poste'],
  session_id: ['session_id', 'session', 'sid'],
  application: ['application', 'app', 'service'],
};

export const kvMapping: RecordMapping = {
  places: Object.fromEntries(
    eventFields.flatMap((field) => (field === 'patient_id' ? [] : [[field, usual[field] ?? [field]] as const])),
  ),
  patients: ['patient_id', 'patient_ids', 'patientid', 'patient', 'ipp', 'mrn'].map((place) => ({ place })),
};
