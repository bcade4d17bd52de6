import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Field } from './fields.js';
import type { Match } from './match.js';
import { compilePredicate, type Predicate } from './predicate.js';

/** Whether what a row says of the known fields decides the condition, whatever the others are. */
export function isDecided(match: Match, row: Partial<AccessRow>, isKnown: (field: Field) => boolean): boolean {
  return answerOf(match, row, isKnown) !== undefined;
}

/** Whether the condition holds of no access that lacks these fields; an outcome that is not told is `unknown`. */
export function neverMet(match: Match, absent: ReadonlySet<string>): boolean {
  return answerOf(match, { outcome: 'unknown' }, (field) => absent.has(field)) === false;
}

/** In three-valued logic: undefined where an unknown field is needed to know. */
function answerOf(match: Match, row: Partial<AccessRow>, isKnown: (field: Field) => boolean): boolean | undefined {
  if (match.op === 'test') return isKnown(match.test.field) ? predicateOf(match)(row) : undefined;
  if (match.op === 'not') {
    const inner = answerOf(match.of, row, isKnown);
    return inner === undefined ? undefined : !inner;
  }
  const decisive = match.op === 'or';
  let open = false;
  for (const child of match.of) {
    const answer = answerOf(child, row, isKnown);
    if (answer === decisive) return decisive;
    if (answer === undefined) open = true;
  }
  return open ? undefined : !decisive;
}

const predicates = new WeakMap<Match, Predicate>();

function predicateOf(match: Match): Predicate {
  const known = predicates.get(match) ?? compilePredicate(match);
  predicates.set(match, known);
  return known;
}
