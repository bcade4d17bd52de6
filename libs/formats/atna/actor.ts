import { addressOf } from '../address.js';
import { ends, patientRoles } from '../fhir/agents.js';
import type { Participant, ParticipantObject } from './message.js';

/** Who acted, by the name that lasts. */
export interface AtnaActor {
  readonly id: string;
  readonly isHuman: boolean;
  /** The account is a patient's: its name must not be told. */
  readonly isPatient: boolean;
  readonly role?: string;
  readonly participant?: Participant;
}

/** Kinds of ids that no person has: DICOM's Node ID, AE title and device name, and RFC 3881's URI. */
const machineIds: readonly string[] = ['110182', '110119', '113877', '12'];
/** DICOM's Person ID. */
const personIds: readonly string[] = ['113871'];

const descriptions: readonly ((one: Participant) => boolean)[] = [
  (one) => isPerson(one) && one.isRequestor,
  (one) => one.isRequestor && hasOwnRole(one) && !isMachine(one),
  (one) => one.isRequestor && one.name !== undefined && !isMachine(one),
  (one) => one.isRequestor && one.roles.length === 0 && !isMachine(one),
  (one) => hasOwnRole(one) && !isMachine(one),
  isPerson,
  (one) => one.name !== undefined && one.roles.length === 0 && !isMachine(one),
];

/**
 * The person who acted, described ever less strictly; a requestor goes before others, though it may be the system that carried it out, and
 * several may be marked. Where only systems took part, the object in the role of a user (OpenEMR names the account there, and its server as
 * the participant); then the system, as no human.
 */
export function actorOf(participants: readonly Participant[], objects: readonly ParticipantObject[]): AtnaActor | undefined {
  for (const fits of descriptions) {
    const person = participants.find((one) => fits(one) && personId(one) !== undefined);
    const id = person && personId(person);
    if (person && id !== undefined) return { ...described(person), id, isHuman: true };
  }
  const user = objects.find(({ type, role, id }) => type === '1' && role === '6' && id !== undefined);
  if (user?.id !== undefined) return { id: user.id, isHuman: true, isPatient: false };
  const system = [...participants.filter((one) => one.isRequestor), ...participants].find((one) => systemId(one) !== undefined);
  const id = system && systemId(system);
  return system && id !== undefined ? { ...described(system), id, isHuman: false } : undefined;
}

function described(participant: Participant): Omit<AtnaActor, 'id' | 'isHuman'> {
  const at = participant.roles.findIndex((role) => !ends.includes(role));
  const role = participant.roles[at] ?? (participant.roles.length ? undefined : participant.roleWords[0]);
  return {
    participant,
    isPatient: participant.roles.some((one) => patientRoles.includes(one)),
    ...(role !== undefined && { role }),
  };
}

function hasOwnRole({ roles }: Participant): boolean {
  return roles.some((role) => !ends.includes(role));
}

/** It is said to be one: of the type of persons, or by a person's kind of id. */
function isPerson(one: Participant): boolean {
  return (one.type === '1' || personIds.includes(one.idType ?? '')) && !isMachine(one);
}

/** Processes, addresses, titles of DICOM nodes, accounts of Windows machines: no person is named so. */
function isMachine({ id = '', idType = '', type }: Participant): boolean {
  return (
    type === '2' ||
    machineIds.includes(idType) ||
    addressOf(id) !== undefined ||
    /^[a-z][a-z0-9+.-]*:\/\/|^\/|^AETITLES?=|\$$/i.test(id)
  );
}

function personId({ id, name, alternativeId }: Participant): string | undefined {
  return userOf(id) ?? id ?? userOf(name) ?? alternativeId ?? name;
}

/** The alternative id of a system is the number of its process, which is another one after every start. */
function systemId({ id, name, alternativeId, address }: Participant): string | undefined {
  const lasting = id === alternativeId ? undefined : id;
  return lasting ?? name ?? address ?? id ?? alternativeId;
}

/** IHE XUA's `alias<user@issuer>`. The issuer has no `@`, the user may. */
function userOf(text: string | undefined): string | undefined {
  if (text === undefined || !text.endsWith('>')) return undefined;
  const inner = text.slice(text.indexOf('<') + 1, -1);
  const at = inner.lastIndexOf('@');
  return inner.length < text.length - 1 && at > 0 ? inner.slice(0, at) : undefined;
}

/** The address of the client: of the actor where it has one, else of the first requestor, else of the first participant with one. */
export function networkOf(
  participants: readonly Participant[],
  actor: Participant | undefined,
): { readonly ip?: string; readonly device?: string } {
  const clients = [...(actor ? [actor] : []), ...participants.filter((one) => one.isRequestor)];
  const client = [...clients, ...participants].find(({ address = '' }) => addressOf(address) !== undefined);
  const ip = addressOf(client?.address ?? '');
  const named = client === undefined ? clients : clients.slice(0, 1);
  const device = named.find(({ address, addressType }) => addressType === '1' && addressOf(address ?? '') === undefined)?.address;
  return { ...(ip !== undefined && { ip }), ...(device !== undefined && { device }) };
}
