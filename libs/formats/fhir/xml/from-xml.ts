// xml/: FHIR as XML, read as the JSON that it would be.
// It knows which elements are lists, and nothing of what they say.

import type { JsonObject } from '../../json/parse-item.js';
import type { XmlElement } from '../../xml/parse-xml.js';
import { attributeOf } from '../../xml/paths.js';

/**
 * Elements that FHIR's JSON writes as arrays even where there is one, in AuditEvent and Bundle and what they are made of: by name, or behind
 * the name of their parent where another element of the name is single (`agent.role` is a list, `entity.role` is not).
 */
const lists: ReadonlySet<string> = new Set(
  'extension modifierExtension contained coding profile tag security entry link subtype purposeOfEvent agent entity category basedOn authorization agent.role agent.policy agent.purposeOfUse agent.authorization entity.securityLabel entity.detail outcome.detail Patient.identifier Practitioner.identifier Organization.identifier Device.identifier'.split(
    ' ',
  ),
);
const booleans: ReadonlySet<string> = new Set(['requestor', 'inactive', 'active', 'valueBoolean']);
const numbers: ReadonlySet<string> = new Set(['total', 'valueInteger', 'valuePositiveInt', 'valueUnsignedInt']);
/** Elements whose only child is a resource. */
const holders: ReadonlySet<string> = new Set(['contained', 'resource']);
/** Narratives name patients, and nothing reads them. */
const leftOut: ReadonlySet<string> = new Set(['text.div']);

/**
 * A resource of FHIR's XML as the object that FHIR's JSON would have (FHIR R4, sections 2.6.1 and 2.6.2): `value` of primitives, `url` and
 * `id` of others. Extensions of primitives and narratives are left out.
 */
export function resourceFromXml(resource: XmlElement): JsonObject {
  return { resourceType: resource.name, ...objectOf(resource) };
}

function objectOf(element: XmlElement): JsonObject {
  const entries = new Map<string, unknown>();
  for (const name of ['id', 'url']) {
    const value = attributeOf(element, name);
    if (value !== undefined) entries.set(name, value);
  }
  for (const child of element.children) {
    const path = `${element.name}.${child.name}`;
    if (leftOut.has(path)) continue;
    const value = valueOf(child);
    const known = entries.get(child.name);
    if (Array.isArray(known)) known.push(value);
    else if (known !== undefined) entries.set(child.name, [known, value]);
    else entries.set(child.name, lists.has(child.name) || lists.has(path) ? [value] : value);
  }
  return Object.fromEntries(entries);
}

function valueOf(element: XmlElement): unknown {
  const value = element.attributes.get('value');
  if (value !== undefined) return primitive(element.name, value);
  const [inner] = element.children;
  return holders.has(element.name) && inner ? resourceFromXml(inner) : objectOf(element);
}

function primitive(name: string, value: string): string | number | boolean {
  if (booleans.has(name) && /^(?:true|false)$/.test(value)) return value === 'true';
  return numbers.has(name) && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
