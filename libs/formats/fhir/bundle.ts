import { type Accepted, accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { limits } from '../limits.js';
import { textOf } from './elements.js';
import { Targets } from './targets.js';

export type BundleType = 'transaction' | 'batch' | 'collection' | 'message' | 'searchset' | 'history' | 'document';

export interface Bundle {
  readonly type: string;
  /** The resource of each entry, in order; undefined where an entry has none. */
  readonly resources: readonly unknown[];
  /** Those that others may refer to as `urn:uuid:`, by `fullUrl`. Other references say the same without their target. */
  readonly byUrn: Targets;
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
  const named = objects.flatMap(({ fullUrl, resource }): readonly [string, JsonObject][] => {
    const url = textOf(fullUrl);
    return url && /^urn:/i.test(url) && isObject(resource) ? [[url, resource]] : [];
  });
  return accepted({
    type: textOf(value['type']) ?? 'collection',
    resources: objects.map(({ resource }) => resource),
    byUrn: new Targets(named),
  });
}
