import type { WorkMeter } from '../work-meter.js';
import type { JsonObject } from '../json/parse-item.js';
import { type Identifier, textOf } from './elements.js';
import { chosenIdentifier } from './patient-reference.js';

/** What a resource that is pointed to says of itself. */
export interface Target {
  readonly type?: string;
  readonly identifier?: Identifier;
}

/** Resources that stand for somebody who is treated. */
const people = ['Patient', 'Person', 'RelatedPerson'];

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
    this.#resources = new Map(named.toReversed());
  }

  /** `meter` pays for the first look; `authorities` say which number of a patient counts. */
  of(reference: string, meter: WorkMeter, authorities: readonly string[] = []): Target | undefined {
    if (this.#resources.size === 0) return undefined;
    const known = this.#known.get(reference);
    if (known) return known;
    const resource = this.#resources.get(reference);
    if (!resource) return undefined;
    const identifiers: unknown = resource['identifier'];
    meter.draw(Array.isArray(identifiers) ? identifiers.length : 1, reference.startsWith('#') ? 'contained' : 'entry');
    const type = textOf(resource['resourceType']);
    const identifier = chosenIdentifier(identifiers, people.includes(type ?? ''), authorities);
    const target = { ...(type && { type }), ...(identifier && { identifier }) };
    this.#known.set(reference, target);
    return target;
  }
}
