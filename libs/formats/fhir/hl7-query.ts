import type { PatientReference } from '../event.js';
import type { WorkMeter } from '../work-meter.js';
import { parseXml, type XmlElement } from '../xml/parse-xml.js';
import { attributeOf } from '../xml/paths.js';
import { byIdentifier } from './patient-reference.js';

/** Elements of HL7 v3 whose `value` is a patient's number: of a query for other numbers (PIX), and for persons (PDQ). */
const numbered: readonly string[] = ['patientIdentifier', 'livingSubjectId', 'patientId'];
/** The parameters of IHE's stored queries (ITI-18) that are a patient's number. */
const patientSlot = /^\$XDS\w{1,40}PatientId$/;

/** Whether a recorded query is one of HL7 v2 or XML, and not a request of HTTP. */
export function isHl7Query(text: string): boolean {
  return /^\s{0,16}(?:MSH\||QPD\||<)/.test(text);
}

/** The patients whose number a query of HL7 v2 (QPD), HL7 v3 or ebXML gives. One that asks by name or birth names nobody. */
export function askedInHl7(text: string, meter: WorkMeter): readonly PatientReference[] {
  if (!text.trimStart().startsWith('<')) return inQpd(text);
  const document = parseXml(text.trim(), meter);
  return document.kind === 'rejected' ? [] : inXml(document.value);
}

/** QPD-3 is the number itself (PIX), or pairs of a field of PID and what it is (PDQ): `@PID.3.1^4711~@PID.3.4.2^1.2.3`. */
function inQpd(text: string): readonly PatientReference[] {
  const segment = text.split(/[\r\n]+/).find((line) => line.startsWith('QPD|'));
  const given = segment?.split('|', 4)[3];
  if (!given) return [];
  if (!given.startsWith('@')) return found({ value: given.split('~', 1)[0] ?? '' });
  const pairs = new Map(
    given.split('~', 64).map((pair) => [pair.slice(1, pair.indexOf('^')), pair.slice(pair.indexOf('^') + 1)]),
  );
  const oid = pairs.get('PID.3.4.2');
  const system = oid ? `urn:oid:${oid}` : pairs.get('PID.3.4.1');
  return found({ value: pairs.get('PID.3.1') ?? pairs.get('PID.3') ?? '', ...(system && { system }) });
}

function inXml(element: XmlElement): readonly PatientReference[] {
  if (numbered.includes(element.name))
    return element.children.filter(({ name }) => name === 'value').flatMap((value) => {
      const root = attributeOf(value, 'root');
      return found({ value: attributeOf(value, 'extension') ?? '', ...(root && { system: `urn:oid:${root}` }) });
    }); // prettier-ignore
  if (element.name === 'Slot' && patientSlot.test(attributeOf(element, 'name') ?? ''))
    return element.children
      .flatMap((list) => list.children)
      .flatMap(({ text }) => found({ value: text.trim().replace(/^\(?'?|'?\)?$/g, '') }));
  return element.children.flatMap(inXml);
}

function found(identifier: { readonly value: string; readonly system?: string }): readonly PatientReference[] {
  const patient = byIdentifier(identifier);
  return patient ? [patient] : [];
}
