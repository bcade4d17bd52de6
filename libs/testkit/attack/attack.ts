import type { Target } from './target.js';

/** `held`: every variant was withstood. `broken`: one was not. `not tried`: what it needs is not there, and why. */
export interface Outcome {
  readonly verdict: 'held' | 'broken' | 'not tried';
  /** What was seen: figures, or the first variants that got through. */
  readonly observed: string;
}

/** Something that somebody with a stolen login, a feed's token, a page in a browser or a shell beside Vigie would try. Each makes variants of its kind. */
export interface Attack {
  /** As it is named on the command line. */
  readonly name: string;
  readonly title: string;
  /** Part of the selection that every run of the tests includes. */
  readonly quick?: boolean;
  /** What it does when it gets through cannot be undone: the next one gets a new system. */
  readonly lasting?: boolean;
  run(target: Target): Promise<Outcome>;
}

/** Variants that are named where several got through. */
const namedMax = 3;

/** Broken when anything got through; `held` says what was tried in vain. */
export function outcomeOf(through: readonly string[], held: string): Outcome {
  if (through.length === 0) return { verdict: 'held', observed: held };
  const more = through.length > namedMax ? ` (and ${through.length - namedMax} more)` : '';
  return { verdict: 'broken', observed: `${through.slice(0, namedMax).join('; ')}${more}` };
}
