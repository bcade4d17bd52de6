import { isObject, type JsonObject } from '../json/parse-item.js';

/** Reading FHIR by structure: whatever is not there, or not what it should be, is simply absent. */

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.trim() ? value.trim() : undefined;
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The objects of an array, or one object as a list of one. */
export function listOf(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.filter(isObject);
  return isObject(value) ? [value] : [];
}

export interface Code {
  readonly system?: string;
  readonly code: string;
}

/** Every code of a Coding, a CodeableConcept, or lists of them. */
export function codesOf(value: unknown): readonly Code[] {
  return listOf(value).flatMap((concept) => {
    const codings = [...listOf(concept['coding']), concept];
    return codings.flatMap((coding) => {
      const code = textOf(coding['code']);
      const system = textOf(coding['system']);
      return code ? [system ? { system, code } : { code }] : [];
    });
  });
}

export function hasCode(value: unknown, ...wanted: readonly string[]): boolean {
  return codesOf(value).some(({ code }) => wanted.includes(code));
}

export interface Reference {
  /** Resource type, from the reference itself, `type`, or the contained resource. */
  readonly type?: string;
  /** Logical id without base and history. */
  readonly id?: string;
  readonly identifier?: { readonly system?: string; readonly value: string };
  readonly display?: string;
}

const literal = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,128})(?:\/_history\/[A-Za-z0-9.-]+)?$/;

/**
 * A Reference in any of its shapes: relative, absolute (its base is dropped), versioned, `urn:uuid:`, logical (identifier only), or to a
 * contained resource, which is looked into.
 */
export function referenceOf(value: unknown, contained: readonly JsonObject[]): Reference {
  const element = objectOf(value);
  const text = textOf(element['reference']) ?? '';
  const inner = text.startsWith('#') ? contained.find((resource) => resource['id'] === text.slice(1)) : undefined;
  const [, literalType, literalId] = literal.exec(text.split('?')[0] ?? '') ?? [];
  const bare = /^urn:(?:uuid|oid):/.test(text) ? text : undefined;
  const identifier = identifierOf(element['identifier']) ?? identifierOf(inner?.['identifier']);
  const type = literalType ?? textOf(inner?.['resourceType']) ?? textOf(element['type']);
  const id = literalId ?? bare;
  const display = textOf(element['display']);
  return { ...(type && { type }), ...(id && { id }), ...(identifier && { identifier }), ...(display && { display }) };
}

export function identifierOf(value: unknown): Reference['identifier'] {
  const found = listOf(value).find((identifier) => textOf(identifier['value']));
  const text = textOf(found?.['value']);
  const system = textOf(found?.['system']);
  if (!text) return undefined;
  return system ? { system, value: text } : { value: text };
}

/** The best name for an organisation, a device or a person: identifier, then logical id, then what is displayed. */
export function nameOf(reference: Reference): string | undefined {
  return reference.identifier?.value ?? reference.id ?? reference.display;
}
