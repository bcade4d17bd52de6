import type { levels } from '#libs/contracts/incident.js';
import type { AccessRow } from '#libs/contracts/access-row.js';

/** Fields of an access row that rules may name. */
export type Field = keyof AccessRow;

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
  /** The same as a ClickHouse expression over the columns of `accesses`, with every literal escaped. */
  readonly sql: string;
}

/** A correlation of type `value_count`: at least `atLeast` distinct values of `field` within `(t - timespanMs, t]`. */
export interface ValueCountRule {
  readonly type: 'value_count';
  /** The `id` of the file, else its `name`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly level: (typeof levels)[number];
  readonly selection: Selection;
  readonly groupBy: readonly Field[];
  /** One field, or several that count as a tuple. */
  readonly field: readonly Field[];
  readonly timespanMs: number;
  readonly atLeast: number;
  /** A second distinct count over the same window and selection; both must hold. */
  readonly spread?: { readonly field: Field; readonly atLeast: number };
  /** Patients exposed at which the incident is told again, ascending. */
  readonly steps: readonly number[];
  readonly attack: readonly string[];
  readonly falsePositives: readonly string[];
  /** Path in this repository, or empty. */
  readonly runbook: string;
  readonly file: string;
  /** Line of the correlation's document in `file`, from 1. */
  readonly line: number;
}
export type Rule = ValueCountRule;

/** What is wrong in a rule file, for the person who wrote it. */
export interface RuleMistake {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}
