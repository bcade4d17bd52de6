import { visibleName } from '#libs/contracts/visible-text.js';

/** Identifiers longer than this are refused at the edge, in UTF-16 units: the longest real ones (URN with OID) stay below 200. */
export const identifierLengthMax = 256;

const uuid = /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

const control = /\p{Cc}/u;
const controls = /\p{Cc}+/gu;

/**
 * The one spelling of an identifier that its pseudonym is made from: as `visibleName` spells it, control characters as blanks (fields of a fixed
 * length are filled up with zeros), and UUIDs in lower case without `urn:uuid:` (RFC 9562 compares them so). The case of everything else is kept: FHIR ids and many record numbers
 * differ by case alone, and two people joined by mistake would be one patient missing from a figure.
 */
export function canonicalIdentifier(text: string): string {
  const name = visibleName(control.test(text) ? text.replaceAll(controls, ' ') : text);
  return uuid.exec(name)?.[1]?.toLowerCase() ?? name;
}

/** The authority that a bare identifier belongs to when its source says nothing else: the group's shared record platform. */
export function groupAuthority(groupId: string): string {
  return `group:${groupId}`;
}

/** The authority of a clinic's own numbering. */
export function clinicAuthority(groupId: string, clinicId: string): string {
  return `clinic:${groupId}/${clinicId}`;
}

/** Authorities are compared as they are written, but for what cannot be seen and Unicode composition. */
export function canonicalAuthority(text: string): string {
  return visibleName(text);
}
