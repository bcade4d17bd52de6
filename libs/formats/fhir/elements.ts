import { isObject, type JsonObject } from '../json/parse-item.js';

/** Reading FHIR by structure: whatever is not there, or not what it should be, is simply absent. */

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.trim() ? value.trim() : undefined;
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

export function hasCode(value: unknown, ...wanted: readonly string[]): boolean {
  return codesOf(value).some(({ code }) => wanted.includes(code));
}

export interface Identifier {
  readonly system?: string;
  readonly value: string;
  /** Codes of what kind of number it is, such as `MR`. */
  readonly kinds?: readonly string[];
}

/** Every identifier that has a value. */
export function identifiersOf(value: unknown): readonly Identifier[] {
  return listOf(value).flatMap((identifier) => {
    const text = textOf(identifier['value']);
    const system = textOf(identifier['system']);
    const kinds = codesOf(identifier['type']).map(({ code }) => code);
    return text ? [{ ...(system && { system }), value: text, ...(kinds.length && { kinds }) }] : [];
  });
}
