import type { Category, Outcome } from '#libs/contracts/vocabulary.js';
import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { AccessEvent, PatientReference } from '../event.js';
import { actionOfCodes, actionOfLetter, isEmergency } from '../fhir/actions.js';
import { categoryOf } from '../fhir/categories.js';
import { searchedFor, type SearchedFor } from '../fhir/query.js';
import { sameNumber } from '../identity.js';
import type { Reading } from '../input-format.js';
import { limits } from '../limits.js';
import { parseLooseTime } from '../loose-time.js';
import { countedName, shortText, unknownActor, unknownClinic } from '../names.js';
import { nationalNumberIn, patientNamedIn } from '../patient-account.js';
import type { Envelope } from '../payload.js';
import { actionOfWord, categoryOfWord } from '../record/words.js';
import { defined } from '../vigie/parse-event.js';
import type { WorkMeter } from '../work-meter.js';
import type { XmlElement } from '../xml/parse-xml.js';
import { textAt } from '../xml/paths.js';
import { actorOf, type AtnaActor, networkOf } from './actor.js';
import { atnaPlaces, categoryOfCode } from './mapping.js';
import { all, objectsOf, type ParticipantObject, participantsOf } from './message.js';
import { type AtnaPatients, patientsOf } from './patients.js';

/** One AuditMessage of either dialect as an access event. Names of patients, queries and details are not kept. */
export function readMessage(
  message: XmlElement,
  envelope: Envelope,
  reading: Reading,
  meter: WorkMeter,
): Accepted<AccessEvent> | Rejected {
  const time = timeOf(message, envelope, reading);
  if (typeof time === 'string') return rejected('bad_time', 'EventDateTime', time);
  const objects = objectsOf(message);
  const participants = participantsOf(message);
  const actor = actorOf(participants, objects);
  if (!actor) return rejected('missing_field', 'ActiveParticipant', 'no ActiveParticipant has a UserID or another name');
  const searches = objects.map(({ query }) => searchedFor(query, meter));
  const found = patientsOf(objects, searches, reading.authorities, meter);
  if (found.patients.length > limits.patientsMax)
    return rejected('too_many_patients', 'ParticipantObjectIdentification', `more than ${limits.patientsMax} patients`);
  const network = networkOf(participants, actor.participant);
  return accepted(
    defined<AccessEvent>({
      timeMs: time,
      clinicId: countedName(textAt(message, ...atnaPlaces.clinicId)) || unknownClinic,
      actorId: countedName(actor.id) || unknownActor,
      actorPatient: patientBehind(actor, found.patients),
      actorRole: shortText(actor.role),
      actorKind: actor.isHuman ? undefined : 'service',
      action: actionOf(message, objects),
      outcome: outcomeOf(message),
      patients: found.patients,
      unreadablePatients: found.unreadable.length ? found.unreadable : undefined,
      recordCount: recordCountOf(objects),
      categories: categoriesOf(message, objects, searches, found),
      ...purposeOf(message),
      sourceIp: network.ip,
      device: shortText(network.device),
      application: shortText(textAt(message, ...atnaPlaces.application)),
    }),
  );
}

/** Its own time, then that of the syslog header, then that of the arrival: some archives send messages without any. */
function timeOf(message: XmlElement, { timeMs, receivedMs }: Envelope, { zone }: Reading): number | string {
  const given = textAt(message, ...atnaPlaces.time);
  if (given === undefined) return timeMs ?? receivedMs;
  const time = parseLooseTime(given, { zone, receivedMs });
  return typeof time === 'string' ? time : time.timeMs;
}

function patientBehind(actor: AtnaActor, patients: readonly PatientReference[]): PatientReference | undefined {
  const same = patients.find(({ id }) => sameNumber(id, actor.id)) ?? patientNamedIn(actor.id, patients);
  if (same) return same;
  // Numbers of professionals, as the Swiss GLN, may look like a French patient's: a role says that they are none.
  if (actor.isPatient) return { id: actor.id };
  return actor.role === undefined ? nationalNumberIn(actor.id) : undefined;
}

function actionOf(message: XmlElement, objects: readonly ParticipantObject[]): AccessEvent['action'] {
  const known =
    actionOfCodes(all(message, atnaPlaces.actionCodes)) ?? actionOfLetter(textAt(message, ...atnaPlaces.actionLetter));
  if (known) return known;
  if (objects.some(({ role }) => role === '24')) return 'search';
  // OpenEMR has words and no codes: `Login`.
  const meant = all(message, atnaPlaces.actionWords).map(actionOfWord);
  return meant.find((action) => action === 'login' || action === 'logout') ?? 'other';
}

function outcomeOf(message: XmlElement): Outcome {
  const indicator = textAt(message, ...atnaPlaces.outcome);
  if (indicator === '0') return 'success';
  return indicator !== undefined && ['4', '8', '12'].includes(indicator) ? 'failure' : 'unknown';
}

function purposeOf(message: XmlElement): { readonly purpose?: string; readonly emergency?: true } {
  const purposes = all(message, atnaPlaces.purpose);
  const isUrgent = [...purposes, ...all(message, atnaPlaces.actionCodes)].some(isEmergency);
  const purpose = shortText(purposes[0]);
  return { ...(purpose && { purpose }), ...(isUrgent && { emergency: true as const }) };
}

/** Instances of DICOM, else documents and other reports; nothing where a message counts neither. */
function recordCountOf(objects: readonly ParticipantObject[]): number | undefined {
  const instances = objects
    .flatMap((object) => object.instances.map(Number))
    .filter((count) => Number.isInteger(count) && count >= 0);
  const total = instances.reduce((sum, count) => sum + count, 0);
  if (instances.length) return total <= limits.recordCountMax ? total : undefined;
  return objects.filter(({ role }) => role === '3').length || undefined;
}

function categoriesOf(
  message: XmlElement,
  objects: readonly ParticipantObject[],
  searches: readonly SearchedFor[],
  { patients }: AtnaPatients,
): readonly Category[] | undefined {
  const codes = [...objects.flatMap(({ kinds }) => kinds), ...all(message, atnaPlaces.actionCodes)];
  const words = all(message, atnaPlaces.actionWords).map((word) => word.replace(/-(?:select|insert|update|delete|replace)$/, ''));
  const found = [
    ...codes.map((code) => categoryOfCode.get(code)),
    ...searches.map(({ type }) => categoryOf(type)),
    ...(patients.length ? words.map(categoryOfWord) : []),
  ].filter((category) => category !== undefined);
  return found.length ? [...new Set(found)] : undefined;
}
