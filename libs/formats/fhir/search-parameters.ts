import type { PatientReference } from '../event.js';
import { byIdentifier, byLogicalId } from './patient-reference.js';

/** The patient's number in a search of DICOMweb (PS3.18, QIDO-RS), by its keyword and by its tag. */
const dicomNumbers: readonly string[] = ['PatientID', '00100020'];

/** A patient's number in a search for Patient, and in the question for other numbers of the same patient (IHE PIXm, `$ihe-pix`). */
const numbersOfPatient: readonly string[] = ['identifier', 'sourceIdentifier'];

/** Parameters whose values are patients, whatever is searched. */
const patientParameters: readonly string[] = ['patient', 'subject', 'beneficiary'];

/**
 * The patients that one parameter of a FHIR search names (R4 and R5, section Search): values separated by commas, ids or references of any
 * shape, `subject:Patient=`, `subject:identifier=`, `patient.identifier=` and longer chains, and of Patient itself `_id` and `identifier`.
 * A search by anything else names nobody; nor do modifiers that exclude or ask whether there is a value.
 */
export function patientsNamedBy(parameter: string, given: string, type: string | undefined): readonly PatientReference[] {
  const steps = parameter.split('.').map((step) => {
    const [name = '', modifier] = step.split(':', 2);
    return { name, modifier: modifier === 'exact' ? undefined : modifier };
  });
  const last = steps.at(-1);
  const before = steps.at(-2);
  if (!last || steps[0]?.name === '_has') return [];
  const value = decodedAgain(given);
  if (last.name === '_filter') return filteredBy(value, type === 'Patient');
  return alternatives(value).flatMap((one) => found(readerOf(last, before ? isPatient(before) : type === 'Patient')?.(one)));
}

interface Step {
  readonly name: string;
  readonly modifier: string | undefined;
}
type Reader = (value: string) => PatientReference | undefined;

function readerOf(last: Step, ofPatient: boolean): Reader | undefined {
  if (last.modifier === 'identifier') return patientParameters.includes(last.name) ? byToken : undefined;
  if (isPatient(last)) return byAnyReference;
  if (ofPatient && last.name === 'identifier' && last.modifier === 'of-type') return byTypedToken;
  if (last.modifier !== undefined) return undefined;
  if (dicomNumbers.includes(last.name)) return byWholeNumber;
  if (ofPatient && numbersOfPatient.includes(last.name)) return byToken;
  return ofPatient && last.name === '_id' ? (value) => byLogicalId(unescaped(value)) : byTypedReference;
}

function isPatient({ name, modifier }: Step): boolean {
  return modifier === 'Patient' || (modifier === undefined && patientParameters.includes(name));
}

const typed = /(?:^|\/)Patient\/([^/?#]+)(?:\/_history\/[^/]+)?$/;
const filtered = /\bPatient\/([A-Za-z0-9.-]{1,64})/g;
/** A comparison of `_filter`: a path, `eq`, and a word or a text. */
const compared = /(?<![\w.])([\w.]{1,64})\s{1,8}eq\s{1,8}(?:"([^"]{0,256})"|([^\s")]{1,256}))/g;

/** Whom an expression of `_filter` names: by references to Patient anywhere, and by what its comparisons with one patient say. */
function filteredBy(expression: string, ofPatient: boolean): readonly PatientReference[] {
  const named = [...expression.matchAll(filtered)].flatMap(([, id = '']) => found(byLogicalId(id)));
  const equal = [...expression.matchAll(compared)].flatMap(([, path = '', text, word = '']) => {
    const value = text ?? word;
    if (typed.test(value)) return [];
    if (patientParameters.includes(path)) return found(byAnyReference(value));
    if (ofPatient && /^_?id$/.test(path)) return found(byLogicalId(value));
    return ofPatient && path === 'identifier' ? found(byToken(value)) : [];
  });
  return [...named, ...equal];
}

function byTypedReference(value: string): PatientReference | undefined {
  const id = typed.exec(unescaped(value))?.[1];
  return id ? byLogicalId(id) : undefined;
}

/** Where only a patient can stand, an id needs no type; one with a system is an identifier that its sender put into the wrong place. */
function byAnyReference(value: string): PatientReference | undefined {
  if (value.includes('/') && typed.test(unescaped(value))) return byTypedReference(value);
  if (splitUnescaped(value, '|').length > 1) return byToken(value);
  const id = unescaped(value);
  return id.includes('/') || id.includes('?') ? undefined : byLogicalId(id);
}

/** `system|value`, `|value` or `value`; `system|` alone is every patient of a numbering and names none. */
function byToken(value: string): PatientReference | undefined {
  const [first = '', ...rest] = splitUnescaped(value, '|').map(unescaped);
  const number = rest.length ? rest.join('|') : first;
  return byIdentifier(rest.length && first ? { system: first, value: number } : { value: number });
}

/** `system of the type|type|value`, which says nothing of whose number it is. */
function byTypedToken(value: string): PatientReference | undefined {
  const parts = splitUnescaped(value, '|').map(unescaped);
  return parts.length === 3 ? byIdentifier({ value: parts[2] ?? '' }) : undefined;
}

/** With a wildcard it is part of the numbers of many. */
function byWholeNumber(value: string): PatientReference | undefined {
  return /[*?]/.test(value) ? undefined : byIdentifier({ value: unescaped(value) });
}

/** A comma is "or"; `\,` is a comma. */
function alternatives(value: string): readonly string[] {
  return splitUnescaped(value, ',').map((one) => one.trim());
}

function splitUnescaped(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1)
    if (text[at] === '\\') at += 1;
    else if (text[at] === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  parts.push(text.slice(from));
  return parts;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([\\,|$])/g, '$1');
}

/** Gateways record searches that were encoded once more on their way. */
function decodedAgain(text: string): string {
  if (!/%[0-9A-Fa-f]{2}/.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function found(patient: PatientReference | undefined): readonly PatientReference[] {
  return patient ? [patient] : [];
}
