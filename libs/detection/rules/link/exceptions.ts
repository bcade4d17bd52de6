import type { Exception } from '../../rule/rule.js';
import type { Filter } from '../read/filter.js';
import { and, not, or, test } from '../match/match.js';
import type { Match } from '../match/match.js';
import type { SelectionCache } from '../match/selection.js';
import { sharedJoin } from '../match/shared-join.js';

/** Accesses of an event rule as one correlation looks at them, and the filters that are between. */
export interface Leaf {
  readonly title: string;
  readonly match: Match;
  readonly filters: readonly Filter[];
}

/** `rule and (condition or time >= expires)`, for each filter: what an access must meet to count in spite of them. */
export function keptBy(match: Match, filters: readonly Filter[]): Match {
  if (filters.length === 0) return match;
  return sharedJoin('and', [match, ...filters.map((filter) => partsOf(filter).stays)]);
}

/** The filters that touch a rule with these leaves, each with what it takes out of it. */
export function exceptionsOf(leaves: readonly Leaf[], selections: SelectionCache): readonly Exception[] {
  const touched = new Map<Filter, Match[]>();
  for (const { match, filters } of leaves)
    for (const filter of filters) touched.set(filter, [...(touched.get(filter) ?? []), match]);
  return [...touched].map(([filter, matches]) => ({
    id: filter.metadata.id || filter.metadata.name,
    title: filter.metadata.title,
    owner: filter.owner,
    reason: filter.reason,
    expiresMs: filter.expiresMs,
    excluded: selections.of(sharedJoin('and', [sharedJoin('or', matches), partsOf(filter).goes])),
    file: filter.file,
    line: filter.line,
  }));
}

interface Parts {
  /** Holds of what the filter lets through, of everything once it has expired. */
  readonly stays: Match;
  /** Holds of what it takes out. */
  readonly goes: Match;
}

const known = new WeakMap<Filter, Parts>();

function partsOf(filter: Filter): Parts {
  const before = known.get(filter);
  if (before) return before;
  const expired = test({ kind: 'instant', field: 'time', fromMs: filter.expiresMs });
  const made = { stays: or([filter.match, expired]), goes: and([not(filter.match), not(expired)]) };
  known.set(filter, made);
  return made;
}
