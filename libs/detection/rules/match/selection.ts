import type { Selection } from '../../rule/rule.js';
import { digestOf, fieldsOf, normalise, presenceOf } from './match.js';
import type { Match } from './match.js';
import { compilePredicate } from './predicate.js';
import { compileSql } from './sql.js';

/** Compiles a condition; equal conditions give equal ids, whatever their order of writing. The SQL stands in parentheses, ready to be joined. */
export function selectionOf(match: Match): Selection {
  const normalised = normalise(match);
  return {
    id: digestOf(normalised),
    fields: fieldsOf(normalised),
    presence: presenceOf(normalised),
    tree: normalised,
    sql: `(${compileSql(normalised)})`,
    matches: compilePredicate(normalised),
  };
}

/** Makes each condition once, and one selection for all that mean the same. */
export class SelectionCache {
  readonly #byId = new Map<string, Selection>();
  readonly #byMatch = new Map<Match, Selection>();

  of(match: Match): Selection {
    const known = this.#byMatch.get(match);
    if (known) return known;
    const made = selectionOf(match);
    const selection = this.#byId.get(made.id) ?? made;
    this.#byId.set(selection.id, selection);
    this.#byMatch.set(match, selection);
    return selection;
  }
}
