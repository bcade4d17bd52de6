import { canonicalIdentifier } from '#libs/pseudonyms/canonical.js';
import { addressOf as canonicalAddress } from '../address.js';
import type { PatientReference } from '../event.js';
import type { JsonObject } from '../json/parse-item.js';
import { type Code, codesOf, hasCode, isTrue, listOf, textOf } from './elements.js';
import { fromReference, isOfPatient } from './patients.js';
import type { Reference, References } from './references.js';

const people = ['Practitioner', 'PractitionerRole', 'Person', 'Patient', 'RelatedPerson'];
const machines = ['Device', 'DeviceDefinition', 'Organization', 'HealthcareService', 'Endpoint', 'Location'];
const userTypes = ['UserOauthAgent', 'UserSamlAgent', 'IRCP', 'humanuser', 'AUT', 'INF'];
/**
 * DICOM's ends of a transfer, and what FHIR has beside them: which of them is the client differs from one transaction to the next, so
 * neither decides; and whoever is nothing but an end is a system, even where it is the requestor.
 */
const ends = ['110150', '110151', '110152', '110153', '110154', '110155', 'dataprocessor', 'custodian', 'CST', 'application'];

/** The agent who acted. A role may stand in `role` or in `type`: translations of ATNA differ. */
export interface Actor {
  readonly agent: JsonObject;
  readonly id: string;
  readonly role: string | undefined;
  /** Nobody acted but a system: a device, an organisation, or what is nothing but an end of a transfer and bears no name of a person. */
  readonly isSystem: boolean;
  /** The account is a patient, or somebody of a patient's: its name or number must not be told. */
  readonly patient: PatientReference | undefined;
}

const descriptions: readonly ((one: Seen) => boolean)[] = [
  ({ agent }) => hasCode(agent['type'], userTypes),
  (one) => one.isRequestor && one.isPerson,
  (one) => one.isRequestor && !one.isEnd && !one.isMachine,
  (one) => one.isPerson && !one.isEnd,
  (one) => one.role !== undefined && !one.isEnd && !one.isMachine,
  (one) => one.isRequestor,
  (one) => one.isPerson,
  (one) => !one.isEnd && !one.isMachine,
  ({ agent }) => textOf(agent['altId']) !== undefined || textOf(agent['name']) !== undefined,
  () => true,
];

/**
 * The first agent that fits the strictest description, from a typed user down to anybody with a name. A person goes before the system
 * that carried out what the person asked for, whichever of them is marked as the requestor.
 */
export function actorOf(resource: JsonObject, references: References): Actor | undefined {
  const agents = listOf(resource['agent']).map((agent) => seen(agent, references));
  // Who is alone fits the last description at least.
  if (agents.length === 1) return named(agents[0]);
  for (const fits of descriptions) {
    const found = named(agents.find((one) => one.id !== undefined && fits(one)));
    if (found) return found;
  }
  return undefined;
}

/** Field by field: a copy without the rest costs as much as looking at an agent. */
function named(one: Seen | undefined): Actor | undefined {
  if (!one?.id) return undefined;
  return { agent: one.agent, id: one.id, role: one.role, isSystem: one.isSystem, patient: one.patient };
}

interface Seen extends Omit<Actor, 'id'> {
  readonly id: string | undefined;
  readonly isRequestor: boolean;
  readonly isPerson: boolean;
  readonly isMachine: boolean;
  readonly isEnd: boolean;
}

function seen(agent: JsonObject, references: References): Seen {
  const who = references.of(agent['who']);
  const inRole = codesOf(agent['role']);
  const inType = codesOf(agent['type']);
  const isEnd = inRole.length + inType.length > 0 && inRole.every(isOfEnd) && inType.every(isOfEnd);
  const isMachine = machines.includes(who.type ?? '');
  const id = idOf(agent, who, isEnd);
  const patient = ofPatient(agent, who, id, references.authorities);
  const role = roleOf(agent, inRole, inType);
  const isPerson = people.includes(who.type ?? '') || patient !== undefined;
  const isSystem = !isPerson && (isMachine || (isEnd && textOf(agent['name']) === undefined));
  return { agent, id, role, isRequestor: isTrue(agent['requestor']), isPerson, isMachine, isEnd, isSystem, patient };
}

function isOfEnd({ code }: Code): boolean {
  return ends.includes(code);
}

/**
 * Identifier, alternative id, reference, name: the first that an agent has. ATNA puts the number of the process into the alternative id
 * of a system: it is another one after every start, so whatever else a system has names it better.
 */
function idOf(agent: JsonObject, who: Reference, isEnd: boolean): string | undefined {
  const alternative = textOf(agent['altId']);
  const name = textOf(agent['name']);
  const { value } = who.identifier ?? {};
  if (!isEnd) return value ?? alternative ?? who.id ?? name ?? who.display;
  const lasting = value === alternative ? undefined : value;
  return lasting ?? who.id ?? name ?? who.display ?? addressOf(agent) ?? value ?? alternative;
}

/** What the agent does, where it is more than an end of a transfer; from `type` only where it is no way of signing in. */
function roleOf(agent: JsonObject, inRole: readonly Code[], inType: readonly Code[]): string | undefined {
  const role = inRole.find((code) => !isOfEnd(code))?.code ?? textOf(listOf(agent['role'])[0]?.['text']);
  return role ?? inType.find(({ code }) => !ends.includes(code) && !userTypes.includes(code))?.code;
}

/** Roles of somebody who is treated, or who acts for them. */
const patientRoles = ['PAT', 'PATSBJ', 'patient', '116154003', '429577009', 'PRS', 'NOK', 'GUARD', 'PERSONALREP'];

/** Whatever names the account is the patient's then, and must not be told: a name, or a number that is too odd to be one. */
function ofPatient(
  agent: JsonObject,
  who: Reference,
  id: string | undefined,
  authorities: readonly string[],
): PatientReference | undefined {
  const isTheirs =
    isOfPatient(who) ||
    hasCode(agent['role'], patientRoles) ||
    hasCode(agent['type'], patientRoles) ||
    isPatientNumber(textOf(agent['altId'])) ||
    isPatientNumber(textOf(agent['name']));
  if (!isTheirs) return undefined;
  const [patient] = fromReference(who, authorities);
  if (patient) return patient;
  return id === undefined ? undefined : { id: canonicalIdentifier(id), authority: 'fhir:name' };
}

function isPatientNumber(value: string | undefined): boolean {
  return value !== undefined && isOfPatient({ identifier: { value } });
}

export interface Network {
  readonly ip?: string;
  readonly device?: string;
}

/** The address of the client: of the actor where it has one, else of the first agent with an IP address that is no server. */
export function networkOf(resource: JsonObject, actor: JsonObject, references: References): Network {
  const agents = listOf(resource['agent']);
  const only = agents.length === 1 ? ipOf(actor) : undefined;
  if (only) return { ip: only };
  const others = agents.filter((agent) => agent !== actor);
  const client = [actor, ...others.filter((agent) => isTrue(agent['requestor'])), ...others].find(
    (agent) => ipOf(agent) !== undefined,
  );
  const device = others
    .filter((agent) => agent === client || references.of(agent['who']).type === 'Device')
    .toSorted((a, b) => Number(b === client) - Number(a === client))
    .find((agent) => seen(agent, references).patient === undefined);
  const ip = client && ipOf(client);
  const who = references.of(device?.['who']);
  const name = device && (who.display ?? textOf(device['name']) ?? who.id);
  return { ...(ip && { ip }), ...(name && { device: name }) };
}

function addressOf(agent: JsonObject): string | undefined {
  return textOf(listOf(agent['network'])[0]?.['address']) ?? textOf(agent['networkString']) ?? textOf(agent['networkUri']);
}

/** An IP address of an agent, also with brackets or a port; DICOM's network type 2, or R5's `networkString` when it looks like one. */
function ipOf(agent: JsonObject): string | undefined {
  const address = textOf(listOf(agent['network'])[0]?.['address']) ?? textOf(agent['networkString']);
  return address === undefined ? undefined : canonicalAddress(address);
}

export { ends, patientRoles };
