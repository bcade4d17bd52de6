import type { WorkMeter } from '../work-meter.js';
import type { JsonObject } from '../json/parse-item.js';
import { type Identifier, identifierOf, textOf } from './elements.js';

/** What a resource that is pointed to says of itself. */
export interface Target {
  readonly type?: string;
  readonly identifier?: Identifier;
}

/**
 * Resources that references may point to, by what the references say. Each is looked into once, however many point to it: a sender may point
 * thousands of entities to one resource with thousands of identifiers.
 */
export class Targets {
  readonly #resources: ReadonlyMap<string, JsonObject>;
  readonly #known = new Map<string, Target>();

  /** Of two with one name the first counts. */
  constructor(named: readonly (readonly [string, JsonObject])[] = []) {
    this.#resources = new Map(named.toReversed());
  }

  /** `meter` pays for the first look. */
  of(reference: string, meter: WorkMeter): Target | undefined {
    const known = this.#known.get(reference);
    if (known) return known;
    const resource = this.#resources.get(reference);
    if (!resource) return undefined;
    const identifiers: unknown = resource['identifier'];
    meter.draw(Array.isArray(identifiers) ? identifiers.length : 1, reference.startsWith('#') ? 'contained' : 'entry');
    const type = textOf(resource['resourceType']);
    const identifier = identifierOf(identifiers);
    const target = { ...(type && { type }), ...(identifier && { identifier }) };
    this.#known.set(reference, target);
    return target;
  }
}
