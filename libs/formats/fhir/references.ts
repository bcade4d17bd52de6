import type { JsonObject } from '../json/parse-item.js';
import { type Identifier, identifierOf, listOf, objectOf, textOf } from './elements.js';
import { askedBy, type SearchedFor } from './query.js';

export interface Reference {
  /** Resource type, from the reference itself, `type`, or the resource that it points to. */
  readonly type?: string;
  /** Logical id without base and history, or a URN. */
  readonly id?: string;
  readonly identifier?: Identifier;
  readonly display?: string;
  /** What a search asks for that stands in the place of a reference, such as `Patient?identifier=system|value`. */
  readonly asked?: SearchedFor;
}

const literal = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,128})(?:\/_history\/[A-Za-z0-9.-]+)?$/;

/** What references of one resource may point to: the resources inside it, and those of its Bundle by `fullUrl`. */
export class References {
  readonly #inside: ReadonlyMap<string, JsonObject>;

  constructor(
    resource: JsonObject,
    private readonly beside: ReadonlyMap<string, JsonObject> = new Map(),
  ) {
    const contained = listOf(resource['contained']).map((inner) => [`#${textOf(inner['id']) ?? ''}`, inner] as const);
    this.#inside = new Map(contained.toReversed());
  }

  /**
   * A Reference in any of its shapes: relative, absolute (its base is dropped), versioned, `urn:uuid:`, conditional, logical (identifier
   * only), or to a resource that is at hand, which is looked into.
   */
  of(value: unknown): Reference {
    const element = objectOf(value);
    const text = textOf(element['reference']) ?? '';
    const resource = this.#inside.get(text) ?? this.beside.get(text);
    const [, literalType, literalId] = literal.exec(text) ?? [];
    const id = literalId ?? (/^urn:(?:uuid|oid):/i.test(text) ? text : undefined);
    const identifier = identifierOf(element['identifier']) ?? identifierOf(resource?.['identifier']);
    const asked = text && !id && !text.startsWith('#') ? askedBy(text) : undefined;
    const type =
      literalType ??
      textOf(resource?.['resourceType']) ??
      typeOf(element['type']) ??
      (text.includes('?') ? asked?.type : undefined);
    const display = textOf(element['display']);
    return {
      ...(type && { type }),
      ...(id && { id }),
      ...(identifier && { identifier }),
      ...(display && { display }),
      ...(asked && { asked }),
    };
  }
}

/** `Patient`, or the address of its definition. */
function typeOf(value: unknown): string | undefined {
  return textOf(value)?.replace(/^https?:\/\/hl7\.org\/fhir\/StructureDefinition\//, '');
}

/** The best name for an organisation, a device or a person: identifier, then logical id, then what is displayed. */
export function nameOf(reference: Reference): string | undefined {
  return reference.identifier?.value ?? reference.id ?? reference.display;
}
