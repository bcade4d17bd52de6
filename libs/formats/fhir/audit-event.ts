import type { Category, Outcome } from '#libs/contracts/vocabulary.js';
import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { AccessEvent } from '../event.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { onePerPatient } from '../identity.js';
import { patientOfAccount } from '../patient-account.js';
import { limits } from '../limits.js';
import { countedName, shortText, unknownActor, unknownClinic } from '../names.js';
import { excessOfValue } from '../json/measure.js';
import { parseLooseTime, type TimeContext } from '../loose-time.js';
import { parseTime } from '../time.js';
import { metered, WorkMeter } from '../work-meter.js';
import { actionOf, isEmergencyEvent, purposeOf } from './actions.js';
import { type Actor, actorOf, networkOf } from './agents.js';
import { categoryOf } from './categories.js';
import { codesOf, hasCode, listOf, objectOf, textOf } from './elements.js';
import { inNewShape } from './older-versions.js';
import { nameOf, patientRole, type PatientsOf, patientsOf } from './patients.js';
import { searchedFor, type SearchedFor, stepsOfPatient } from './query.js';
import { References } from './references.js';
import { Targets } from './targets.js';

/** What an AuditEvent is read with. */
export interface AuditEventContext {
  /** The other resources of its Bundle, by `fullUrl`. */
  readonly beside?: Targets | undefined;
  /** Pays for the work, which is refused when the budget runs out. */
  readonly meter?: WorkMeter;
  /** Which number of a patient counts, as `Reading` has them. */
  readonly authorities?: readonly string[];
  /** The zone of times that name none, as `Reading` has it; left out, such a time is refused. */
  readonly zone?: string;
  readonly receivedMs?: number;
}

/**
 * One FHIR AuditEvent (DSTU2 to R5, and what lies between: told apart by structure, not by version) as an access event. Nothing of it is
 * kept beyond the fields of an access: narrative, descriptions and queries hold names and numbers of patients.
 */
export function parseAuditEvent(
  resource: unknown,
  { beside = Targets.none, meter = new WorkMeter(), authorities = [], zone = '', receivedMs = 0 }: AuditEventContext = {},
): Accepted<AccessEvent> | Rejected {
  const excess = excessOfValue(resource, meter);
  if (excess) return excess;
  return metered(() => readAuditEvent(resource, { beside, meter, authorities, zone, receivedMs }));
}

function readAuditEvent(
  given: unknown,
  { beside, meter, authorities, zone, receivedMs }: Required<AuditEventContext>,
): Accepted<AccessEvent> | Rejected {
  if (!isObject(given)) return rejected('not_an_object', '', 'a resource must be a JSON object');
  const type = textOf(given['resourceType']);
  if (type !== 'AuditEvent') return rejected('other_resource', 'resourceType', 'only AuditEvent resources are taken here');
  const resource = inNewShape(given);
  const references = new References(resource, beside, meter, authorities);
  const time = timeOf(resource, { zone, receivedMs });
  if (typeof time === 'string') return rejected('bad_time', 'recorded', time);
  const actor = actorOf(resource, references);
  if (!actor) return rejected('missing_field', 'agent', 'no agent says who acted: who.identifier, altId, who.reference or name');
  const searches = searchesOf(resource, meter, authorities);
  const found = patientsOf(resource, references, searches);
  const named = { patients: onePerPatient(found.patients, authorities), unreadable: found.unreadable };
  if (named.patients.length > limits.patientsMax)
    return rejected('too_many_patients', 'entity', `more than ${limits.patientsMax} patients`);
  return accepted(eventOf(resource, references, { time, actor: unlessPatient(actor, named, meter), named, searches }));
}

/** What each entity with a query asks for. */
function searchesOf(resource: JsonObject, meter: WorkMeter, authorities: readonly string[]): readonly SearchedFor[] {
  const searches: SearchedFor[] = [];
  for (const { query } of listOf(resource['entity']))
    if (query === undefined) meter.draw(1, 'entity.query');
    else searches.push(searchedFor(query, meter, authorities));
  return searches;
}

/** An account that has a telling number of a patient of the same event is that patient, however the agent is described. */
function unlessPatient(actor: Actor, { patients }: PatientsOf, meter: WorkMeter): Actor {
  if (actor.patient) return actor;
  meter.draw(stepsOfPatient * patients.length, 'entity');
  const patient = patientOfAccount(actor.id, patients);
  return patient ? { ...actor, patient } : actor;
}

interface Found {
  readonly time: number;
  readonly actor: Actor;
  readonly named: PatientsOf;
  readonly searches: readonly SearchedFor[];
}

function eventOf(resource: JsonObject, references: References, { time, actor, named, searches }: Found): AccessEvent {
  const { agent } = actor;
  const network = networkOf(resource, agent, references);
  const event: { -readonly [K in keyof AccessEvent]: AccessEvent[K] } = {
    timeMs: time,
    clinicId: countedName(clinicOf(resource, references)) || unknownClinic,
    actorId: countedName(actor.id) || unknownActor,
    action: searches.length
      ? actionOf(
          resource,
          searches.map(({ operation }) => operation),
        )
      : actionOf(resource),
    outcome: outcomeOf(resource),
    patients: named.patients,
  };
  // Set one by one, where there is something: a copy without the rest takes more of the time of a record than anything else here.
  const id = recordIdOf(resource);
  const purpose = purposeOf(resource);
  const role = shortText(actor.role);
  const recordCount = recordCountOf(resource);
  const categories = categoriesOf(resource, references, searches);
  const device = shortText(network.device);
  const sessionId = shortText(sessionOf(agent));
  const auth = shortText(assuranceOf(agent));
  const application = shortText(nameOf(references.of(objectOf(resource['source'])['observer'])));
  if (id !== undefined) event.id = id;
  if (purpose) event.purpose = purpose;
  if (isEmergencyEvent(resource)) event.emergency = true;
  if (actor.patient) event.actorPatient = actor.patient;
  if (role !== undefined) event.actorRole = role;
  if (actor.isSystem) event.actorKind = 'service';
  if (named.unreadable.length) event.unreadablePatients = named.unreadable;
  if (recordCount !== undefined) event.recordCount = recordCount;
  if (categories) event.categories = categories;
  if (network.ip !== undefined) event.sourceIp = network.ip;
  if (device !== undefined) event.device = device;
  if (sessionId !== undefined) event.sessionId = sessionId;
  if (auth !== undefined) event.auth = auth;
  if (application !== undefined) event.application = application;
  return event;
}

const withoutOffset = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?$/;
const requestIds: readonly string[] = ['XrequestId'];

/**
 * The id of the request where the record gives one, else its own. What client and server say of one request has one first half of its event
 * id then, and so have the records of each patient on one page of a search.
 */
function recordIdOf(resource: JsonObject): string | undefined {
  const request = listOf(resource['entity']).find((entity) => hasCode(entity['type'], requestIds));
  const id = textOf(listOf(objectOf(request?.['what'])['identifier'])[0]?.['value']);
  return shortText(id === undefined ? textOf(resource['id']) : `request:${id}`, limits.keyTextMax);
}

/** When it happened, before when it was written down. A bare date is its first moment in UTC; an instant without its offset lies in the zone of the source. */
function timeOf(resource: JsonObject, context: TimeContext): number | string {
  const period = objectOf(resource['period'] ?? resource['occurredPeriod']);
  const given = textOf(period['start']) ?? textOf(resource['occurredDateTime']) ?? textOf(resource['recorded']);
  if (!given) return 'neither period.start nor recorded says when it happened';
  // Nearly every time ends so, and neither of the others does.
  if (given.endsWith('Z')) return parseTime(given);
  if (withoutOffset.test(given) && context.zone !== '') {
    const time = parseLooseTime(given, context);
    return typeof time === 'string' ? time : time.timeMs;
  }
  return parseTime(/^\d{4}-\d\d-\d\d$/.test(given) ? `${given}T00:00:00Z` : given);
}

function outcomeOf(resource: JsonObject): Outcome {
  const given = resource['outcome'];
  const code = textOf(given) ?? textOf(objectOf(given)['code']) ?? codesOf(objectOf(given)['code'])[0]?.code;
  if (code === undefined) return 'unknown';
  if (successes.includes(code)) return 'success';
  return failures.includes(code) ? 'failure' : 'unknown';
}

const successes: readonly string[] = ['0', 'success', 'information', 'warning'];
const failures: readonly string[] = ['4', '8', '12', 'error', 'fatal'];

const finess = /finess|1\.2\.250\.1\.71\.4\.2\.2/i;

/** The establishment: the site of the source, the location of an agent, an organisation with its FINESS number, the observer. */
function clinicOf(resource: JsonObject, references: References): string | undefined {
  const source = objectOf(resource['source']);
  const site = textOf(source['site']) ?? nameOf(references.of(source['site']));
  if (site) return site;
  const agents = listOf(resource['agent']);
  const located = agents.map((agent) => nameOf(references.of(agent['location']))).find(Boolean);
  const organisation = agents
    .map((agent) => references.of(agent['who']))
    .find(({ identifier }) => finess.test(identifier?.system ?? ''));
  return located ?? organisation?.identifier?.value ?? nameOf(references.of(source['observer']));
}

function categoriesOf(
  resource: JsonObject,
  references: References,
  searches: readonly SearchedFor[],
): readonly Category[] | undefined {
  const entities = listOf(resource['entity']);
  const found: Category[] = [];
  const add = (type: string | undefined) => {
    const category = categoryOf(type);
    if (category && !found.includes(category)) found.push(category);
  };
  for (const entity of entities) if (!hasCode(entity['role'], patientRole)) add(references.of(entity['what']).type);
  for (const { type } of searches) add(type);
  if (found.length) return found;
  // A patient resource alone was looked at: its identity is what was seen.
  return entities.some((entity) => references.of(entity['what']).type === 'Patient') ? ['identity'] : undefined;
}

function recordCountOf(resource: JsonObject): number | undefined {
  for (const entity of listOf(resource['entity']))
    for (const detail of listOf(entity['detail'])) {
      const name = textOf(detail['type']) ?? codesOf(detail['type'])[0]?.code ?? '';
      const count = Number(textOf(detail['valueString']) ?? textOf(detail['valueInteger']) ?? Number.NaN);
      if (/count|total|NumberOfInstances/i.test(name) && Number.isInteger(count) && count >= 0 && count <= limits.recordCountMax)
        return count;
    }
  return undefined;
}

/** The token of the session, from the policies of an OAuth or SAML agent. */
function sessionOf(agent: JsonObject): string | undefined {
  const policies: unknown = agent['policy'];
  const token = Array.isArray(policies)
    ? policies.map(textOf).find((policy) => policy?.startsWith('urn:ietf:params:oauth:jti:'))
    : undefined;
  return token?.slice('urn:ietf:params:oauth:jti:'.length);
}

const assurance = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/ihe-assuranceLevel';

function assuranceOf(agent: JsonObject): string | undefined {
  const extension = listOf(agent['extension']).find(({ url }) => url === assurance);
  return codesOf(extension?.['valueCodeableConcept'])[0]?.code ?? textOf(objectOf(extension?.['valueCodeableConcept'])['text']);
}
