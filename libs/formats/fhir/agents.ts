import type { JsonObject } from '../json/parse-item.js';
import { codesOf, hasCode, listOf, type Reference, referenceOf, textOf } from './elements.js';

const people = ['Practitioner', 'PractitionerRole', 'Person', 'Patient', 'RelatedPerson'];
const userTypes = ['UserOauthAgent', 'UserSamlAgent', 'IRCP', 'humanuser', 'AUT', 'INF'];
/** DICOM's ends of a transfer: which of them is the client differs from one transaction to the next, so neither decides. */
const transferRoles = ['110150', '110151', '110152', '110153'];

/** The agent who acted: the first that fits the strictest description, from a typed user down to anybody with a name. */
export function actorAgentOf(resource: JsonObject, contained: readonly JsonObject[]): JsonObject | undefined {
  const agents = listOf(resource['agent']);
  const who = (agent: JsonObject) => referenceOf(agent['who'], contained);
  const named = (agent: JsonObject) => Boolean(actorIdOf(agent, contained));
  const descriptions: readonly ((agent: JsonObject) => boolean)[] = [
    (agent) => userTypes.some((type) => hasCode(agent['type'], type)),
    (agent) => agent['requestor'] === true && people.includes(who(agent).type ?? ''),
    (agent) => agent['requestor'] === true,
    (agent) => textOf(agent['altId']) !== undefined || people.includes(who(agent).type ?? ''),
    (agent) => textOf(agent['name']) !== undefined,
    () => true,
  ];
  for (const fits of descriptions) {
    const found = agents.find((agent) => fits(agent) && named(agent));
    if (found) return found;
  }
  return undefined;
}

/** Identifier, alternative id, reference, name: the first that an agent has. */
export function actorIdOf(agent: JsonObject, contained: readonly JsonObject[]): string | undefined {
  const who: Reference = referenceOf(agent['who'], contained);
  return who.identifier?.value ?? textOf(agent['altId']) ?? who.id ?? textOf(agent['name']) ?? who.display;
}

export function actorRoleOf(agent: JsonObject): string | undefined {
  const concept = listOf(agent['role'])[0];
  const role = codesOf(agent['role']).find(({ code }) => !transferRoles.includes(code))?.code;
  return role ?? textOf(concept?.['text']);
}

export interface Network {
  readonly ip?: string;
  readonly device?: string;
}

/** The address of the client: of the actor where it has one, else of the first agent with an IP address that is no server. */
export function networkOf(resource: JsonObject, actor: JsonObject, contained: readonly JsonObject[]): Network {
  const others = listOf(resource['agent']).filter((agent) => agent !== actor);
  const client = [actor, ...others.filter((agent) => agent['requestor'] === true), ...others].find(
    (agent) => ipOf(agent) !== undefined,
  );
  const device =
    others.find((agent) => agent === client) ?? others.find((agent) => referenceOf(agent['who'], contained).type === 'Device');
  const ip = client && ipOf(client);
  const name =
    device &&
    (referenceOf(device['who'], contained).display ?? textOf(device['name']) ?? referenceOf(device['who'], contained).id);
  return { ...(ip && { ip }), ...(name && { device: name }) };
}

/** An IP address of an agent; DICOM's network type 2, or R5's `networkString` when it looks like one. */
function ipOf(agent: JsonObject): string | undefined {
  const network = listOf(agent['network'])[0];
  const address = textOf(network?.['address']) ?? textOf(agent['networkString']);
  return address && /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+(?:%\w+)?)$/i.test(address) ? address : undefined;
}
