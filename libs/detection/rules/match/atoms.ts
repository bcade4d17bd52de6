// rules/match/: the condition of a selection as one tree, and what is made of it: predicate, SQL, digest.
// It knows the fields of a row, and nothing of YAML or of windows.

import type { Field } from './fields.js';
import { fieldsOf, type Match } from './match.js';

/** A part of a condition that asks one field only. */
export interface Atom {
  readonly field: Field;
  readonly match: Match;
}

/**
 * The parts of a condition that ask one field each, as large as they come; together with `and`, `or` and `not` they are the whole
 * condition. Undefined when a test compares two fields.
 */
export function atomsOf(match: Match): readonly Atom[] | undefined {
  const fields = fieldsOf(match);
  const [field] = fields;
  if (!field) return [];
  if (fields.length === 1) return [{ field, match }];
  if (match.op === 'test') return undefined;
  const children = match.op === 'not' ? [match.of] : match.of;
  const atoms: Atom[] = [];
  // Children that ask one and the same field are one question: a list of ten thousand accounts is, not ten thousand.
  const alike = Map.groupBy(children, (child) => {
    const [only, ...others] = fieldsOf(child);
    return others.length === 0 ? only : undefined;
  });
  for (const [one, of] of alike) {
    if (one !== undefined && match.op !== 'not') atoms.push({ field: one, match: { op: match.op, of } });
    else
      for (const child of of) {
        const inner = atomsOf(child);
        if (!inner) return undefined;
        atoms.push(...inner);
      }
  }
  return atoms;
}
