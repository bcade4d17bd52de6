import type { WorkMeter } from '../work-meter.js';
import type { JsonObject } from '../json/parse-item.js';
import { type Identifier, listOf, textOf } from './elements.js';
import { chosenIdentifier } from './patient-reference.js';

/** What a resource that is pointed to says of itself. */
export interface Target {
  readonly type?: string;
  readonly identifier?: Identifier;
  /** Whom it is about, where it is no person itself. */
  readonly about?: readonly Subject[];
}

/** A reference to whom a resource is about. */
export interface Subject {
  readonly element: JsonObject;
  /** In such a place stands a patient or a group, so that a number needs no type beside it. */
  readonly isPatients: boolean;
}

/** Resources that stand for somebody who is treated. */
export const people: readonly string[] = ['Patient', 'Person', 'RelatedPerson'];

/** Elements that refer to the patient of a resource; and those that may, and lists of them: of appointments, groups and lists. */
const ofPatients: readonly string[] = ['subject', 'patient', 'beneficiary'];
const ofAnybody: readonly string[] = ['for', 'individual'];
const lists: readonly (readonly [string, string])[] = [
  ['participant', 'actor'],
  ['member', 'entity'],
  ['entry', 'item'],
];

/**
 * Resources that references may point to, by what the references say. Each is looked into once, however many point to it: a sender may point
 * thousands of entities to one resource with thousands of identifiers.
 */
export class Targets {
  /** What nearly every record refers into. */
  static readonly none = new Targets([]);
  readonly #resources: ReadonlyMap<string, JsonObject>;
  readonly #known = new Map<string, Target>();

  /** Of two with one name the first counts. */
  constructor(named: readonly (readonly [string, JsonObject])[]) {
    this.#resources = new Map(named.toReversed().map(([name, resource]) => [plainUrn(name), resource]));
  }

  /** `meter` pays for the first look; `authorities` say which number of a patient counts. */
  of(said: string, meter: WorkMeter, authorities: readonly string[] = []): Target | undefined {
    if (this.#resources.size === 0) return undefined;
    const reference = plainUrn(said);
    const known = this.#known.get(reference);
    if (known) return known;
    const resource = this.#resources.get(reference);
    if (!resource) return undefined;
    const identifiers: unknown = resource['identifier'];
    meter.draw(Array.isArray(identifiers) ? identifiers.length : 1, reference.startsWith('#') ? 'contained' : 'entry');
    const type = textOf(resource['resourceType']);
    const identifier = chosenIdentifier(identifiers, people.includes(type ?? ''), authorities);
    const about = people.includes(type ?? '') ? [] : aboutOf(resource);
    meter.draw(about.length, 'entry');
    const target = { ...(type && { type }), ...(identifier && { identifier }), ...(about.length && { about }) };
    this.#known.set(reference, target);
    return target;
  }
}

/** UUIDs are the same in capitals (RFC 9562), and so is what stands before them. */
function plainUrn(name: string): string {
  return /^urn:/i.test(name) ? name.toLowerCase() : name;
}

function aboutOf(resource: JsonObject): readonly Subject[] {
  const found: Subject[] = [];
  const add = (value: unknown, isPatients: boolean) => {
    for (const element of listOf(value)) found.push({ element, isPatients });
  };
  for (const name of ofPatients) add(resource[name], true);
  for (const name of ofAnybody) add(resource[name], false);
  for (const [name, inner] of lists) for (const one of listOf(resource[name])) add(one[inner], false);
  return found;
}
