import { canonicalAuthority } from '#libs/pseudonyms/canonical.js';
import type { PatientReference } from '../event.js';
import { byIdentifier, byLogicalId } from '../fhir/patient-reference.js';
import { chooseIdentifier, isNoNumber } from '../identity.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { limits } from '../limits.js';
import type { WorkMeter } from '../work-meter.js';
import { isRounded, type RecordView, textOfValue } from './record.js';

/** Where numbers of patients stand, and whose numbers they are where that is known. */
export interface PatientPlace {
  readonly place: string;
  readonly authority?: string;
}

export interface RecordPatients {
  readonly patients: readonly PatientReference[];
  readonly unreadable: readonly string[];
}

/** What it takes to read one number, as steps. */
const stepsOfPatient = 32;

/**
 * The patients that a record names. A place may hold one or many: a list, or a text with `;`, `,` or line ends between. Of the places without
 * authority the first that holds something counts. Those with one are further numberings of the same patients: the first of each is one
 * patient, of whom one number counts by `authorities`. Where places hold different numbers of patients, nobody knows who is who, and the
 * place with the most counts, so that nobody is missing.
 */
export function patientsOf(
  record: RecordView,
  places: readonly PatientPlace[],
  authorities: readonly string[],
  meter: WorkMeter,
): RecordPatients {
  const given = places
    .map(({ place, authority }) => ({ place, authority, people: peopleAt(record.values(place), authority, meter, place) }))
    .filter(({ people }) => people.length)
    .filter(
      ({ authority }, index, all) => authority !== undefined || index === all.findIndex((one) => one.authority === undefined),
    );
  const most = Math.max(0, ...given.map(({ people }) => people.length));
  const longest = given.filter(({ people }) => people.length === most);
  const unreadable = longest.flatMap(({ place, people }) => (people.every((one) => one.length) ? [] : [place]));
  const found = Array.from({ length: most }, (_, at) => longest.flatMap(({ people }) => people[at] ?? []));
  const patients = found.filter((one) => one.length).map((one) => chooseIdentifier(one, authorities));
  return { patients, unreadable: patients.length === most ? [] : unreadable };
}

/** Of each patient at a place the numbers that stand there; none where there is something that is no number. */
function peopleAt(
  values: readonly unknown[],
  authority: string | undefined,
  meter: WorkMeter,
  field: string,
): readonly (readonly PatientReference[])[] {
  return values.flatMap(listed).map((value) => {
    meter.draw(stepsOfPatient, field);
    const numbers = isObject(value) ? [ofObject(value)] : repeated(value).map(patientOfText);
    return numbers.flatMap((one) => (one ? [withAuthority(one, authority)] : []));
  });
}

/** What a spreadsheet makes of a long number, or writes where its column is too narrow: digits are gone, and so whose it was. */
const lost = /^\s*(?:\d(?:[.,]\d+)?E\+\d+|#{2,})\s*$/i;
/** Three digits behind every comma: one number as programs show it to people, or several short ones; nobody can tell. */
const groupedOrListed = /^\s*[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?\s*$/;

/** Elements of a list that was written as one text; undefined for one that nobody can be told by. */
function listed(value: unknown): readonly unknown[] {
  const text = textOfValue(value);
  if (text === undefined) return isObject(value) ? [value] : [];
  if (isRounded(value) || lost.test(text) || groupedOrListed.test(text)) return [undefined];
  const plain = inBrackets.test(text) ? text.slice(1, -1).replaceAll('"', '') : text;
  const elements = withFraction.test(plain) ? [plain] : plain.split(alike(plain) ? /\D+/ : /[;,\n]/, limits.patientsMax + 1);
  return elements.flatMap((one) => {
    const number = asWritten(one.trim());
    return isNoNumber(number) ? [] : [number];
  });
}

/** A list as JSON and programs write it, or as PostgreSQL does. */
const inBrackets = /^(?:\[[^[\]{}]*\]|\{[^[\]{}:]*\})$/;
/** Numbers with a bar, a stroke, a plus or a blank between: several where all are long and of one length, since parts of one number are neither. */
const inRow = /^\d{5,64}(?:\s*[|/+&\s]\s*\d{5,64})+$/;

function alike(text: string): boolean {
  return inRow.test(text.trim()) && new Set(text.match(/\d+/g)?.map(({ length }) => length)).size === 1;
}

/** A number of which a program has made one with a fraction, as those do that have no whole numbers beside empty cells. */
const withFraction = /^\s*\d+[.,]0{1,2}\s*$/;
/** An apostrophe is how a spreadsheet is told that digits are a text; two are how SQL writes one. */
const asText = /^'(\d+)$|^'([^']*)'$/;
/** Blanks or apostrophes between each three digits are how numbers are shown to people, not a part of them. */
const grouped = /^[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f'\u2019]\d{3})+$/;

function asWritten(text: string): string {
  if (grouped.test(text)) return text.replaceAll(/\D/g, '');
  return withFraction.test(text) ? text.replace(/[.,].*$/, '') : text.replace(asText, '$1$2');
}

/** HL7 v2's repetitions are further numbers of the same patient. */
function repeated(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split('~', 32) : [];
}

/** A number as it is written in a text: with its system before a bar, as HL7 v2's CX, or as a reference of FHIR. */
export function patientOfText(text: string): PatientReference | undefined {
  const [, id] = /(?:^|\/)Patient\/([A-Za-z0-9.-]{1,128})(?:\/_history\/[^/]*)?$/.exec(text) ?? [];
  if (id !== undefined) return byLogicalId(id);
  const bar = text.indexOf('|');
  const system = bar < 0 ? '' : text.slice(0, bar).trim();
  return byIdentifier({ value: text.slice(bar + 1), ...(system && { system }) });
}

/** `{"id": "8001234", "authority": "IPP"}`, with `value` and `system` as FHIR names them. */
function ofObject(value: JsonObject): PatientReference | undefined {
  const exact = exactNumber(value);
  if (exact !== undefined) return byIdentifier({ value: exact });
  const number = value['id'] ?? value['value'] ?? value['identifier'];
  const id = isRounded(number) ? undefined : textOfValue(number);
  const system = textOfValue(value['authority'] ?? value['system']);
  return id === undefined ? undefined : byIdentifier({ value: id, ...(system && { system }) });
}

/** A number as connectors to databases write one of any size: `{"scale": 0, "value": "AeJA"}`, its bytes in base64, signed and with the first as the highest. */
function exactNumber({ scale, value, ...rest }: JsonObject): string | undefined {
  if (scale !== 0 || typeof value !== 'string' || Object.keys(rest).length || !/^[A-Za-z0-9+/]{1,64}={0,2}$/.test(value))
    return undefined;
  const hex = Buffer.from(value, 'base64').toString('hex');
  return hex ? String(BigInt.asIntN(4 * hex.length, BigInt(`0x${hex}`))) : undefined;
}

function withAuthority(patient: PatientReference, authority: string | undefined): PatientReference {
  return patient.authority === undefined && authority !== undefined
    ? { ...patient, authority: canonicalAuthority(authority) }
    : patient;
}
