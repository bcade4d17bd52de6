import { type Accepted, accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { isObject } from '../json/parse-item.js';
import { limits } from '../limits.js';
import { listOf, textOf } from './elements.js';

export type BundleType = 'transaction' | 'batch' | 'collection' | 'message' | 'searchset' | 'history' | 'document';

export interface Bundle {
  readonly type: string;
  /** The resource of each entry, in order; undefined where an entry has none. */
  readonly resources: readonly unknown[];
}

/** The entries of a Bundle. */
export function parseBundle(value: unknown): Accepted<Bundle> | Rejected {
  if (!isObject(value) || textOf(value['resourceType']) !== 'Bundle')
    return rejected('other_resource', 'resourceType', 'only a Bundle of AuditEvent resources is taken here');
  const entries = value['entry'] ?? [];
  if (!Array.isArray(entries)) return rejected('wrong_type', 'entry', 'entry must be an array');
  if (entries.length > limits.bundleEntriesMax)
    return rejected('too_many_entries', 'entry', `the Bundle has more than ${limits.bundleEntriesMax} entries; send several`);
  return accepted({
    type: textOf(value['type']) ?? 'collection',
    resources: entries.map((entry: unknown) => listOf(entry)[0]?.['resource']),
  });
}
