import type { Action } from '#libs/contracts/vocabulary.js';
import type { PatientName, SourceEvent } from '../event.js';

/** How an event comes to Vigie: by Vigie's own format over HTTP, as ATNA over syslog, by Splunk's HTTP Event Collector, in a table that is laid in a folder. */
export type Road = 'http' | 'atna' | 'hec' | 'table';

/** What a message of ATNA says by the letter of its action, or by a code of DICOM's. */
const letters: Partial<Record<Action, string>> = { create: 'C', read: 'R', update: 'U', delete: 'D' };
const codes: Partial<Record<Action, string>> = { login: '110122', logout: '110123', search: '110112' };

/** Each application has its own road, as in a hospital; what ATNA has no word for, the archive of images sends as the record platform does. */
export function roadOf({ application, actor_kind, action, record_count }: SourceEvent): Road {
  if (actor_kind !== 'human') return 'http';
  if (application === 'lab-portal') return 'hec';
  if (application === 'archive') return 'table';
  const isSaid = record_count === undefined && (letters[action] ?? codes[action]) !== undefined;
  return application === 'imaging-archive' && isSaid ? 'atna' : 'http';
}

/** An AuditMessage of DICOM PS3.15 A.5 in a message of syslog (RFC 5424). */
export function atnaMessage(event: SourceEvent): string {
  const code = codes[event.action] ?? '110110';
  const patients = event.patient_ids.map(
    (patient) =>
      `<ParticipantObjectIdentification ParticipantObjectID="${cx(patient)}" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode csd-code="2" originalText="Patient Number" codeSystemName="RFC-3881"/></ParticipantObjectIdentification>`,
  );
  const message = [
    `<AuditMessage><EventIdentification EventActionCode="${letters[event.action] ?? 'E'}" EventDateTime="${event.time}" EventOutcomeIndicator="${event.outcome === 'success' ? 0 : 4}">`,
    `<EventID csd-code="${code}" codeSystemName="DCM" originalText="${event.action}"/></EventIdentification>`,
    `<ActiveParticipant UserID="${event.actor_id}" UserIsRequestor="true" UserTypeCode="1" NetworkAccessPointID="${event.source_ip}" NetworkAccessPointTypeCode="2"><RoleIDCode csd-code="${event.actor_role}" codeSystemName="local" originalText="${event.actor_role}"/></ActiveParticipant>`,
    `<AuditSourceIdentification AuditSourceID="${event.application}" AuditEnterpriseSiteID="${event.clinic_id}"/>`,
    ...patients,
    // ATNA has no id of a record: two accesses of one millisecond are told apart by this.
    `<ParticipantObjectIdentification ParticipantObjectID="${event.id}" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="20"/></AuditMessage>`,
  ].join('');
  return `<85>1 ${event.time} ${event.device} ${event.application} - IHE+RFC-3881 - ${message}`;
}

/** HL7's form of a number and whose it is. */
function cx(patient: PatientName): string {
  return typeof patient === 'string' ? patient : `${patient.id}^^^${patient.authority}`;
}

/** An event for Splunk's HTTP Event Collector. */
export function hecEvent(event: SourceEvent): string {
  return JSON.stringify({ time: Date.parse(event.time) / 1000, host: event.device, source: event.application, event });
}

const columns = [
  'id',
  'time',
  'clinic_id',
  'actor_id',
  'actor_role',
  'actor_kind',
  'action',
  'outcome',
  'patient_id',
  'record_count',
  'source_ip',
  'device',
  'session_id',
  'application',
] as const;

/** Events as a table with a heading, as a nightly export has them. */
export function tableOf(events: readonly SourceEvent[]): string {
  const rows = events.map((event) => columns.map((name) => cellOf(event, name)).join(';'));
  return `${[columns.join(';'), ...rows].join('\r\n')}\r\n`;
}

function cellOf(event: SourceEvent, name: (typeof columns)[number]): string {
  if (name !== 'patient_id') return String(event[name] ?? '');
  return event.patient_ids.map((patient) => (typeof patient === 'string' ? patient : patient.id)).join(',');
}
