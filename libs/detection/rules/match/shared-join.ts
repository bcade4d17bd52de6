import type { Match } from './match.js';

interface Node {
  match?: Match;
  readonly next: WeakMap<Match, Node>;
}

const roots: Readonly<Record<'and' | 'or', Node>> = { and: { next: new WeakMap() }, or: { next: new WeakMap() } };

/**
 * The same join whenever the very same conditions are joined again, so that what is known of it (its order, its selection) is not found anew: a
 * reload joins the conditions of every file, and most have not changed. One condition is given back as it is; nothing is kept beyond its parts.
 */
export function sharedJoin(op: 'and' | 'or', of: readonly Match[]): Match {
  const [only] = of;
  if (of.length === 1 && only) return only;
  let node = roots[op];
  for (const one of of) {
    const next = node.next.get(one) ?? { next: new WeakMap() };
    node.next.set(one, next);
    node = next;
  }
  const match = node.match ?? { op, of: of.slice() };
  node.match = match;
  return match;
}
