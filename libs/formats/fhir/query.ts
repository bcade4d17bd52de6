import type { PatientReference } from '../event.js';
import type { WorkMeter } from '../work-meter.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { categoryOf } from './categories.js';
import { listOf, textOf } from './elements.js';
import { askedInHl7, isHl7Query } from './hl7-query.js';
import { byLogicalId } from './patient-reference.js';
import { patientsNamedBy } from './search-parameters.js';

/** What a recorded request says: the resource type that was asked for, and the patients that it names. */
export interface SearchedFor {
  readonly type?: string;
  readonly patients: readonly PatientReference[];
  /** The operation of FHIR that was carried out, without its `$`. */
  readonly operation?: string;
  /** It is a message of HL7, which is about the patient whom the record names as well, where it names one. */
  readonly isMessage?: boolean;
}

/** What it takes to bring one identifier into its one spelling and to compare it, as steps. */
export const stepsOfPatient = 32;

const nothing: SearchedFor = { patients: [] };
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Looks into `entity.query`: base64 of a URL, of a whole HTTP request with its form body or of a bare query string; plain text where it is
 * not base64 of text; or a query of HL7 v2, HL7 v3 or ebXML, as translated ATNA has them. `authorities` say
 * which number counts where a query gives several of one patient.
 */
export function searchedFor(query: unknown, meter: WorkMeter, authorities: readonly string[] = []): SearchedFor {
  const given = textOf(query);
  meter.draw(1 + (given?.length ?? 0), 'entity.query');
  const text = decode(given);
  if (!text) return nothing;
  if (isHl7Query(text)) return { patients: askedInHl7(text, meter, authorities), isMessage: true };
  const sent = text.startsWith('{') ? parsed(text) : undefined;
  return sent ? askedInBatch(sent, meter) : askedBy(text, meter);
}

/** The requests of a Bundle that was sent as a batch or a transaction; of any other object in JSON nothing, since it is no query. */
function askedInBatch(bundle: JsonObject, meter: WorkMeter): SearchedFor {
  if (bundle['resourceType'] !== 'Bundle') return nothing;
  const requests = listOf(bundle['entry']).flatMap(({ request }) => textOf(isObject(request) ? request['url'] : undefined) ?? []);
  return { patients: requests.flatMap((url) => askedBy(url, meter).patients) };
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The same for a request as it is written. */
export function askedBy(text: string, meter: WorkMeter): SearchedFor {
  const { target, body } = requestOf(text);
  const [path, search] = splitTarget(target);
  const { type, patient, operation } = placeOf(path);
  const patients = patient ? [patient] : [];
  for (const part of [search, body])
    for (const [name, value] of new URLSearchParams(part))
      for (const one of patientsNamedBy(name, value, type)) {
        meter.draw(stepsOfPatient, 'entity.query');
        patients.push(one);
      }
  return { ...(type && { type }), patients, ...(operation && { operation }) };
}

/** The target of the first line, and what comes behind an empty line, which in a search by POST is a form. */
function requestOf(text: string): { readonly target: string; readonly body: string } {
  // Gateways that keep requests in XML leave its ampersands.
  const [first = '', ...rest] = text.trim().replaceAll('&amp;', '&').split(/\r?\n/);
  const target = withoutVersion(first.replace(/^[A-Za-z]+\s+(?=\S)/, '').trim());
  const gap = rest.findIndex((line) => line.trim() === '');
  const form = gap < 0 ? rest.filter((line) => /^[\w.:%-]+=/.test(line)) : rest.slice(gap + 1);
  return { target, body: form.join('&') };
}

/** By hand: an expression that looks for white space before the end tries every blank of a long row of them. */
function withoutVersion(line: string): string {
  const at = Math.max(line.lastIndexOf(' '), line.lastIndexOf('\t'));
  return at >= 0 && /^HTTP\/[\d.]+$/i.test(line.slice(at + 1)) ? line.slice(0, at).trimEnd() : line;
}

function splitTarget(target: string): readonly [path: string, search: string] {
  const [whole = ''] = target.split('#', 1);
  const at = whole.indexOf('?');
  if (at >= 0) return [whole.slice(0, at), whole.slice(at + 1)];
  return whole.includes('=') ? ['', whole] : [whole, ''];
}

const typeName = /^[A-Z][a-z]+(?:[A-Z][a-z]+)*$/;
const logicalId = /^[A-Za-z0-9.-]{1,128}$/;

/** `Observation`, `Observation/_search`, `Patient/12/$everything`, `Patient/12/Observation`, behind any base. */
function placeOf(path: string): { readonly type?: string; readonly patient?: PatientReference; readonly operation?: string } {
  const segments = path.split('/').filter(Boolean).map(decoded);
  const at = segments.lastIndexOf('Patient');
  const id = at < 0 ? undefined : segments[at + 1];
  const patient = id !== undefined && logicalId.test(id) ? byLogicalId(id) : undefined;
  const end = segments.findIndex((segment) => /^[_$]/.test(segment));
  const [before, last] = [undefined, undefined, ...(end < 0 ? segments : segments.slice(0, end))].slice(-2);
  const isId = before !== undefined && typeName.test(before) && categoryOf(last) === undefined;
  const type = isId ? before : last;
  const operation = segments[end]?.startsWith('$') ? segments[end].slice(1) : undefined;
  return { ...(type && typeName.test(type) && { type }), ...(patient && { patient }), ...(operation && { operation }) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** What stands around a message of HL7 on the wire (MLLP), and behind a text of C: signs that no text has at its ends. */
const framing = /^\p{Cc}+|\p{Cc}+$/gu;

function decode(text: string | undefined): string | undefined {
  const packed = text?.replaceAll(/\s+/g, '');
  if (!text || !packed || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed) || packed.replace(/=+$/, '').length % 4 === 1) return text;
  try {
    const bytes = decoder.decode(Buffer.from(packed, 'base64')).replaceAll(framing, '');
    // Bytes of no text mean that the text itself was meant: `Patient/12` is written in the letters of base64.
    return /[^\P{Cc}\t\r\n]/u.test(bytes) ? text : bytes;
  } catch {
    return text;
  }
}
