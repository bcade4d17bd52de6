import type { PatientReference } from '../event.js';
import { chooseIdentifier } from '../identity.js';
import type { WorkMeter } from '../work-meter.js';
import { parseXml, type XmlElement } from '../xml/parse-xml.js';
import { attributeOf } from '../xml/paths.js';
import { byIdentifier } from './patient-reference.js';

/** Elements of HL7 v3 whose `value` is a patient's number: of a query for other numbers (PIX), and for persons (PDQ). */
const numbered: readonly string[] = ['patientIdentifier', 'livingSubjectId', 'patientId'];
/** The parameters of IHE's stored queries (ITI-18, ITI-51) that are numbers of patients; `GetAll` has the plain one. */
const patientSlot = /^\$(?:XDS\w{1,40}P|p)atientId$/;
/** One of the values of a stored query, which stand in apostrophes, several between brackets: an apostrophe of its own stands twice. */
const slotValue = /'((?:[^']|'')*)'/g;

/** What it takes to read one number, as steps. */
const stepsOfNumber = 32;
/** Repetitions, and parameters, of one field that are looked at. */
const partsMax = 64;

/** Whether a recorded query is one of HL7 v2 or XML, and not a request of HTTP. */
export function isHl7Query(text: string): boolean {
  return /^\s{0,16}(?:MSH[^\w\s]|QPD\||QRD\||<)/.test(text);
}

/**
 * The patients whose number a query of HL7 v2 (QPD, QRD, or the PID of a feed), HL7 v3 or ebXML gives. Repetitions are numbers of one patient,
 * of which one counts by `authorities`. A query that asks by name or birth names nobody.
 */
export function askedInHl7(text: string, meter: WorkMeter, authorities: readonly string[] = []): readonly PatientReference[] {
  if (!text.trimStart().startsWith('<')) return inVersion2(text.trimStart(), authorities);
  const document = parseXml(text.trim(), meter);
  return document.kind === 'rejected' ? [] : inXml(document.value, meter, authorities);
}

function inVersion2(text: string, authorities: readonly string[]): readonly PatientReference[] {
  const separator = text.startsWith('MSH') ? text.charAt(3) : '|';
  const usual = withUsualSigns(text.startsWith('MSH') ? text.slice(4, 8) : '');
  return text.split(/[\r\n]+/, partsMax).flatMap((segment) => {
    const [name, ...given] = segment.split(separator, 16);
    const fields = given.map(usual);
    if (name === 'QPD') return ofParameter(fields[2] ?? '', authorities);
    if (name === 'QRD') return chosen((fields[7] ?? '').split('~', partsMax).map(numberOfPerson), authorities);
    return name === 'PID' ? chosen([fields[1] ?? '', ...(fields[2] ?? '').split('~', partsMax)], authorities) : [];
  });
}

/** Fields with `^`, `~` and `&` in the place of the signs that the message says it has there: its components, repetitions, and parts of components. */
function withUsualSigns([component = '^', repetition = '~', , part = '&']: string): (field: string) => string {
  if (component === '^' && repetition === '~' && part === '&') return (field) => field;
  const signs: Readonly<Record<string, string>> = { [part]: '&', [repetition]: '~', [component]: '^' };
  return (field) => [...field].map((sign) => (Object.hasOwn(signs, sign) ? signs[sign] : sign)).join('');
}

/** QRD-8 is a person by number and names, whose number is of the authority in the ninth place: as a number of a patient. Without names some write one. */
function numberOfPerson(text: string): string {
  const [number = '', family, given, ...others] = text.split('^', 16);
  if (!family && !given) return text;
  return others[5] ? `${number}^^^${others[5]}` : number;
}

/** QPD-3 is the number itself (PIX), or pairs of a field of PID and what it is (PDQ): `@PID.3.1^4711~@PID.3.4.2^1.2.3`. */
function ofParameter(given: string, authorities: readonly string[]): readonly PatientReference[] {
  const parts = given.split('~', partsMax);
  if (!given.startsWith('@')) return chosen(parts, authorities);
  const pairs = new Map(parts.map((pair) => [pair.slice(1, pair.indexOf('^')), pair.slice(pair.indexOf('^') + 1)]));
  const oid = pairs.get('PID.3.4.2');
  const system = oid ? `urn:oid:${oid}` : (pairs.get('PID.3.4.1') ?? pairs.get('PID.3.4'));
  return found({ value: pairs.get('PID.3.1') ?? pairs.get('PID.3') ?? '', ...(system && { system }) });
}

function inXml(element: XmlElement, meter: WorkMeter, authorities: readonly string[]): readonly PatientReference[] {
  if (numbered.includes(element.name)) {
    const numbers = element.children
      .filter(({ name }) => name === 'value')
      .flatMap((value) => {
        const root = attributeOf(value, 'root');
        return found({ value: attributeOf(value, 'extension') ?? '', ...(root && { system: `urn:oid:${root}` }) });
      });
    return numbers.length ? [chooseIdentifier(numbers, authorities)] : [];
  }
  if (element.name === 'Slot' && patientSlot.test(attributeOf(element, 'name') ?? ''))
    return element.children
      .flatMap((list) => list.children)
      .flatMap(({ text }) => valuesOfSlot(text))
      .flatMap((value) => {
        meter.draw(stepsOfNumber, 'entity.query');
        return found({ value });
      });
  return element.children.flatMap((child) => inXml(child, meter, authorities));
}

/** `'a'`, `('a','b')`, or a number without apostrophes, as some write one. */
function valuesOfSlot(text: string): readonly string[] {
  const quoted = [...text.matchAll(slotValue)].map(([, value = '']) => value.replaceAll("''", "'"));
  return quoted.length ? quoted : [text.trim().replace(/^\(|\)$/g, '')];
}

/** One patient of several numbers. */
function chosen(numbers: readonly string[], authorities: readonly string[]): readonly PatientReference[] {
  const candidates = numbers.flatMap((value) => found({ value }));
  return candidates.length ? [chooseIdentifier(candidates, authorities)] : [];
}

function found(identifier: { readonly value: string; readonly system?: string }): readonly PatientReference[] {
  const patient = byIdentifier(identifier);
  return patient ? [patient] : [];
}
