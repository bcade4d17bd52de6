import { isObject, type JsonObject } from '../json/parse-item.js';

/** Reading FHIR by structure: whatever is not there, or not what it should be, is simply absent. */

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() || undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

const noObjects: readonly JsonObject[] = [];

/** The objects of an array, or one object as a list of one. */
export function listOf(value: unknown): readonly JsonObject[] {
  if (value === undefined) return noObjects;
  if (Array.isArray(value)) return value.every(isObject) ? value : value.filter(isObject);
  return isObject(value) ? [value] : noObjects;
}

export interface Code {
  readonly system?: string;
  readonly code: string;
}

/** Every code of a Coding, a CodeableConcept, or lists of them. */
export function codesOf(value: unknown): readonly Code[] {
  if (value === undefined) return noCodes;
  const codes: Code[] = [];
  for (const concept of listOf(value)) {
    for (const coding of listOf(concept['coding'])) addCode(coding, codes);
    addCode(concept, codes);
  }
  return codes;
}

const noCodes: readonly Code[] = [];

function addCode(coding: JsonObject, codes: Code[]): void {
  const code = textOf(coding['code']);
  const system = textOf(coding['system']);
  if (code) codes.push(system ? { system, code } : { code });
}

/** Whether something is said to be so; some shippers write true as a text. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Whether one of the codes of a value is wanted. Asked more often than anything else of a record: it makes no lists. */
export function hasCode(value: unknown, wanted: readonly string[]): boolean {
  if (value === undefined) return false;
  if (!Array.isArray(value)) return isObject(value) && conceptHas(value, wanted);
  for (const concept of value) if (isObject(concept) && conceptHas(concept, wanted)) return true;
  return false;
}

function conceptHas(concept: JsonObject, wanted: readonly string[]): boolean {
  const coding: unknown = concept['coding'];
  if (Array.isArray(coding)) {
    for (const one of coding) if (isObject(one) && isWanted(one, wanted)) return true;
  } else if (isObject(coding) && isWanted(coding, wanted)) return true;
  return isWanted(concept, wanted);
}

function isWanted(coding: JsonObject, wanted: readonly string[]): boolean {
  const code = textOf(coding['code']);
  return code !== undefined && wanted.includes(code);
}

export interface Identifier {
  readonly system?: string;
  readonly value: string;
  /** Codes of what kind of number it is, such as `MR`. */
  readonly kinds?: readonly string[];
}

/** Every identifier that has a value, but for those that are no longer in use beside one that is. */
export function identifiersOf(value: unknown): readonly Identifier[] {
  const identifiers: Identifier[] = [];
  const given = listOf(value);
  const inUse = given.length > 1 ? given.filter((one) => one['use'] !== 'old' && textOf(one['value'])) : given;
  for (const identifier of inUse.length ? inUse : given) {
    const text = textOf(identifier['value']);
    if (!text) continue;
    const system = textOf(identifier['system']);
    const kinds = codesOf(identifier['type']).map(({ code }) => code);
    const named = system ? { system, value: text } : { value: text };
    identifiers.push(kinds.length ? { ...named, kinds } : named);
  }
  return identifiers;
}
