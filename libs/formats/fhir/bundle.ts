import { type Accepted, accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { limits } from '../limits.js';
import { objectOf, textOf } from './elements.js';
import { people, Targets } from './targets.js';

export interface Bundle {
  readonly type: string;
  /** The resource of each entry, in order, but for what only speaks of the others; undefined where an entry has none. */
  readonly resources: readonly unknown[];
  /** It came because somebody had subscribed to these resources. */
  readonly isNotification: boolean;
  /** Those that others may refer to: by `fullUrl`, and what is no person by its type and id as well. */
  readonly targets: Targets;
}

/** The entries of a Bundle. */
export function parseBundle(value: unknown): Accepted<Bundle> | Rejected {
  if (!isObject(value) || textOf(value['resourceType']) !== 'Bundle')
    return rejected('other_resource', 'resourceType', 'only a Bundle of AuditEvent resources is taken here');
  const entries = value['entry'] ?? [];
  if (!Array.isArray(entries)) return rejected('wrong_type', 'entry', 'entry must be an array');
  if (entries.length > limits.bundleEntriesMax)
    return rejected('too_many_entries', 'entry', `the Bundle has more than ${limits.bundleEntriesMax} entries; send several`);
  const objects = entries.map((entry: unknown): JsonObject => (isObject(entry) ? entry : {}));
  const type = textOf(value['type']) ?? 'collection';
  const isNotification = isStatus(objects[0], type);
  return accepted({
    type,
    resources: (isNotification ? objects.slice(1) : objects).flatMap((entry) => (isAdvice(entry) ? [] : [entry['resource']])),
    isNotification,
    targets: new Targets(objects.flatMap(namesOf)),
  });
}

/** The state of a subscription, which stands before what happened: a resource of its own, or as versions before R5 carry it. */
function isStatus(entry: JsonObject | undefined, type: string): boolean {
  const named = textOf(objectOf(entry?.['resource'])['resourceType']);
  return named === 'SubscriptionStatus' || (named === 'Parameters' && type === 'history');
}

/** What a server says of a search beside what it found. */
function isAdvice({ search, resource }: JsonObject): boolean {
  return textOf(objectOf(search)['mode']) === 'outcome' && textOf(objectOf(resource)['resourceType']) === 'OperationOutcome';
}

/** The names by which an entry may be referred to. A person by an address says the same without being looked at, and an AuditEvent is nobody's data. */
function namesOf({ fullUrl, resource }: JsonObject): readonly (readonly [string, JsonObject])[] {
  if (!isObject(resource)) return [];
  const type = textOf(resource['resourceType']) ?? '';
  const url = textOf(fullUrl);
  const names = url && (/^urn:/i.test(url) || isReferredTo(type)) ? [[url, resource] as const] : [];
  const id = textOf(resource['id']);
  return id && isReferredTo(type) ? [...names, [`${type}/${id}`, resource]] : names;
}

function isReferredTo(type: string): boolean {
  return type !== 'AuditEvent' && !people.includes(type);
}
