import { isObject, type JsonObject } from '../json/parse-item.js';
import type { WorkMeter } from '../work-meter.js';
import { type Identifier, listOf, textOf } from './elements.js';
import { chosenIdentifier } from './patient-reference.js';
import { askedBy, type SearchedFor } from './query.js';
import { people, type Subject, Targets } from './targets.js';

export interface Reference {
  /** Resource type, from the reference itself, `type`, or the resource that it points to. */
  readonly type?: string;
  /** Logical id without base and history, or a URN. */
  readonly id?: string;
  readonly identifier?: Identifier;
  readonly display?: string;
  /** What a search asks for that stands in the place of a reference, such as `Patient?identifier=system|value`. */
  readonly asked?: SearchedFor;
  /** It speaks of a patient in some way, perhaps not in FHIR's. */
  readonly isAboutPatient?: boolean;
  /** Whom the resource is about that it points to, where that is at hand and no person itself. */
  readonly about?: readonly Subject[];
}

/** So many are looked through one by one. */
const fewMax = 8;

/**
 * What elements were read to. A map gives each object that it knows a number, which takes longer than comparing the few that a record has; a record of
 * thousands has a map.
 */
class Known {
  readonly #elements: JsonObject[] = [];
  readonly #references: Reference[] = [];
  #more: Map<JsonObject, Reference> | undefined;

  get(element: JsonObject): Reference | undefined {
    const at = this.#elements.indexOf(element);
    return at >= 0 ? this.#references[at] : this.#more?.get(element);
  }

  set(element: JsonObject, reference: Reference): void {
    if (this.#elements.length < fewMax) {
      this.#elements.push(element);
      this.#references.push(reference);
    } else (this.#more ??= new Map()).set(element, reference);
  }
}

const nothing: Reference = {};
const literal = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,128})(?:\/_history\/[A-Za-z0-9.-]+)?$/;

/** What references of one resource may point to: the resources inside it, and those of its Bundle by `fullUrl`. */
export class References {
  readonly #inside: Targets;
  /** Elements are asked about several times: for the patient, for the category, for the account. */
  readonly #read = new Known();

  constructor(
    resource: JsonObject,
    private readonly beside: Targets,
    private readonly meter: WorkMeter,
    readonly authorities: readonly string[] = [],
  ) {
    const contained = listOf(resource['contained']);
    this.#inside = contained.length
      ? new Targets(contained.map((inner) => [`#${textOf(inner['id']) ?? ''}`, inner] as const))
      : Targets.none;
  }

  /**
   * A Reference in any of its shapes: relative, absolute (its base is dropped), versioned, `urn:uuid:`, conditional, logical (identifier
   * only), or to a resource that is at hand, which is looked into.
   */
  of(value: unknown): Reference {
    if (!isObject(value)) {
      this.meter.draw(1, 'reference');
      return nothing;
    }
    const known = this.#read.get(value);
    if (known) return known;
    const reference = this.#look(value);
    this.#read.set(value, reference);
    return reference;
  }

  #look(element: JsonObject): Reference {
    const text = textOf(element['reference']) ?? '';
    this.meter.draw(1 + text.length, 'reference');
    const isUrn = /^urn:(?:uuid|oid):/i.test(text);
    const beside = isUrn ? this.beside.of(text, this.meter, this.authorities) : undefined;
    const target = this.#inside.of(text, this.meter, this.authorities) ?? beside;
    const [, literalType, literalId] = (text && literal.exec(text)) || [];
    const about = target?.about ?? this.#aboutOf(text, literalType);
    const id = literalId ?? (isUrn ? text : undefined);
    const asked = text && !id && !text.startsWith('#') ? askedBy(text, this.meter) : undefined;
    const type = literalType ?? target?.type ?? typeOf(element['type']) ?? (text.includes('?') ? asked?.type : undefined);
    const isPatient = type === undefined || type === 'Patient';
    const own: unknown = element['identifier'];
    const identifier = (own === undefined ? undefined : chosenIdentifier(own, isPatient, this.authorities)) ?? target?.identifier;
    const display = textOf(element['display']);
    const isAboutPatient = (text && aboutPatient.test(text)) || (type !== undefined && aboutPatient.test(type));
    // Set one by one: every record has several of these, and spreading parts of objects into one takes most of the time of a look.
    const found: { -readonly [K in keyof Reference]: Reference[K] } = {};
    if (type) found.type = type;
    if (id) found.id = id;
    if (identifier) found.identifier = identifier;
    if (display) found.display = display;
    if (asked) found.asked = asked;
    if (isAboutPatient) found.isAboutPatient = true;
    if (about) found.about = about;
    return found;
  }

  /**
   * Of what an address points to that is in the same Bundle: whom it is about, and nothing else. Its number would be another name for
   * what other records call by its address alone.
   */
  #aboutOf(text: string, type: string | undefined): readonly Subject[] | undefined {
    if (type === undefined || this.beside === Targets.none || people.includes(type)) return undefined;
    const [address = ''] = text.split('/_history/', 1);
    return this.beside.of(address, this.meter)?.about;
  }
}

/** `Patient`, or the address of its definition. */
function typeOf(value: unknown): string | undefined {
  return textOf(value)?.replace(/^https?:\/\/hl7\.org\/fhir\/StructureDefinition\//, '');
}

/** A patient, or somebody of a patient's, also where the grammar was missed: `patient/12`, `Patient`. */
const aboutPatient = /(?:^|\/)(?:patient|relatedperson)(?:[/?]|$)/i;
