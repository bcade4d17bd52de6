import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Field } from './fields.js';
import { fieldsOf, presenceOf } from './match.js';
import type { Match } from './match.js';
import { digestOf, normalise } from './normalise.js';
import { compilePredicate, type Predicate } from './predicate.js';
import { compileSql } from './sql.js';

/**
 * Which accesses a rule looks at: its event rules with their conditions, as one value that JavaScript and ClickHouse both evaluate.
 * Two rules with equal conditions share one selection (equal `id`), and so one set of windows.
 */
export interface Selection {
  /** 32 hexadecimal digits: digest of the normalised condition. Stored with incidents, so a list can be made again after the rules changed. */
  readonly id: string;
  /** Fields that decide. Rows equal in these are selected alike. */
  readonly fields: readonly Field[];
  /** Those of `fields` of which only presence decides, not the value. Left out: none is known to be so. */
  readonly presence?: readonly Field[];
  /** Whether the access counts. Never throws; an absent field is undefined. */
  matches(row: Partial<AccessRow>): boolean;
  /** The normalised condition that `matches` was made from, so that an engine can ask each test once per value; left out: only rows can be asked. */
  readonly tree?: Match;
  /** The same as a ClickHouse expression over the columns of `accesses`, with every literal escaped. */
  readonly sql: string;
}

/**
 * Compiles a condition; equal conditions give equal ids, whatever their order of writing. The SQL stands in parentheses, ready to be joined. It and
 * the predicate are made when they are first asked for: a process needs one of them, and some thousands of rules need neither before they start.
 */
export function selectionOf(match: Match): Selection {
  const normalised = normalise(match);
  const made = compiled.get(normalised) ?? new CompiledSelection(normalised);
  compiled.set(normalised, made);
  return made;
}

/** So that rules that are read again, unchanged, cost nothing. */
const compiled = new WeakMap<Match, Selection>();

class CompiledSelection implements Selection {
  readonly id: string;
  readonly fields: readonly Field[];
  readonly presence: readonly Field[];
  readonly tree: Match;
  #sql: string | undefined;
  #predicate: Predicate | undefined;

  constructor(normalised: Match) {
    this.id = digestOf(normalised);
    this.fields = fieldsOf(normalised);
    this.presence = presenceOf(normalised);
    this.tree = normalised;
  }

  get sql(): string {
    this.#sql ??= `(${compileSql(this.tree)})`;
    return this.#sql;
  }

  readonly matches = (row: Partial<AccessRow>): boolean => {
    this.#predicate ??= compilePredicate(this.tree);
    return this.#predicate(row);
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
