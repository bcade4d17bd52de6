// rules/: notices that rules or lists have changed, and says what that changes.
// What is loaded is for libs/detection/rules/load.

import { createHash } from 'node:crypto';
import type { Rule } from '#libs/detection/rule/rule.js';

/**
 * By rule id a digest over all that the rule says, and not over where it stands: a comment above it is no change. Selections are values with an id of
 * their own, so functions need not be compared.
 */
export function digestsOf(rules: readonly Rule[]): ReadonlyMap<string, string> {
  return new Map(rules.map((rule) => [rule.id, createHash('sha256').update(JSON.stringify(rule, withoutPlace)).digest('hex')]));
}

function withoutPlace(key: string, value: unknown): unknown {
  return key === 'file' || key === 'line' ? undefined : value;
}

const digests = new WeakMap<readonly Rule[], string>();

/** One digest over all that the rules say. */
export function digestOf(rules: readonly Rule[]): string {
  const known = digests.get(rules);
  if (known !== undefined) return known;
  const of = [...digestsOf(rules)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256').update(JSON.stringify(of)).digest('hex');
  digests.set(rules, digest);
  return digest;
}

/** What differs, for a person: `added: a, b; changed: c; removed: d`. Empty when nothing does. */
export function changedRules(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const told = [
    ['added', [...after.keys()].filter((id) => !before.has(id))],
    ['changed', [...after].filter(([id, digest]) => before.has(id) && before.get(id) !== digest).map(([id]) => id)],
    ['removed', [...before.keys()].filter((id) => !after.has(id))],
  ] as const;
  return told.flatMap(([what, ids]) => (ids.length > 0 ? [`${what}: ${ids.join(', ')}`] : [])).join('; ');
}
