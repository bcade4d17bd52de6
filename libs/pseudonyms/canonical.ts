import { visibleName } from '#libs/contracts/visible-text.js';
import { nationalNumberOf } from './national-number.js';

/** Identifiers longer than this are refused at the edge, in UTF-16 units: the longest real ones (URN with OID) stay below 200. */
export const identifierLengthMax = 256;

const uuid = /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

const control = /\p{Cc}/u;
const controls = /\p{Cc}+/gu;
/** Letters, digits and signs of ASCII as wide as those of Chinese and Japanese, as keyboards of these languages write them. */
const wide = /[\uff01-\uff5e]/g;
const widerBy = 0xfee0;

/**
 * The one spelling of an identifier that its pseudonym is made from: as `visibleName` spells it, control characters as blanks (fields of a fixed
 * length are filled up with zeros), letters and digits in their usual width, UUIDs in lower case without `urn:uuid:` (RFC 9562 compares them so), and French national numbers in one piece with their key. The case of
 * everything else is kept: FHIR ids and many record numbers differ by case alone, and two people joined by mistake would be one patient missing from a figure.
 */
export function canonicalIdentifier(text: string): string {
  const name = visibleName(narrow(control.test(text) ? text.replaceAll(controls, ' ') : text));
  return uuid.exec(name)?.[1]?.toLowerCase() ?? nationalNumberOf(name) ?? name;
}

function narrow(text: string): string {
  return text.replaceAll(wide, (letter) => String.fromCharCode(letter.charCodeAt(0) - widerBy));
}

/** The authority that a bare identifier belongs to when its source says nothing else: the group's shared record platform. */
export function groupAuthority(groupId: string): string {
  return `group:${groupId}`;
}

/** The authority of a clinic's own numbering. */
export function clinicAuthority(groupId: string, clinicId: string): string {
  return `clinic:${groupId}/${clinicId}`;
}

const oid = /^(?:(?:urn:)?oid:)?([0-2](?:\.(?:0|[1-9]\d{0,38})){1,63})$/i;

/**
 * The one spelling of an authority: an OID as a URN (RFC 3061), since HL7 v2, DICOM and tables have it bare; anything else as it is written, but for what cannot be seen and Unicode composition.
 */
export function canonicalAuthority(text: string): string {
  const name = visibleName(text);
  const arcs = oid.exec(name)?.[1];
  return arcs === undefined ? name : `urn:oid:${arcs}`;
}
