import type { CompiledRule } from '../compile/series.js';
import type { Match } from './match.js';
import { outside } from '../scan/outside.js';

/** What the matches of an incident come to together. */
export interface MatchTimes {
  /** Of so many matches. */
  readonly matches: ReadonlyMap<string, Match>;
  readonly count: number;
  /** When any of the rules held first; infinite without a match. */
  readonly firstFired: number;
  /** When any of them held last; negative infinity without a match. */
  lastFired: number;
  /** The earliest access in the windows of the rules that fired first, those of their inner rules included. */
  readonly firstTime: number;
  /** Ascending. */
  readonly steps: readonly number[];
  /** By place among the firings of an access, the rule that was looked up there last, and its match: most accesses make the same rules hold. */
  readonly rules: CompiledRule[];
  readonly found: (Match | undefined)[];
}

/** Remembers it: each access of the account asks. */
export class KnownTimes {
  #known: MatchTimes | undefined;

  of(matches: ReadonlyMap<string, Match>): MatchTimes {
    const known = this.#known;
    if (known?.matches === matches && known.count === matches.size) return known;
    return (this.#known = timesOf(matches));
  }

  /** To be called by whoever changes a match. */
  changed(): void {
    this.#known = undefined;
  }
}

function timesOf(matches: ReadonlyMap<string, Match>): MatchTimes {
  const all = [...matches.values()];
  const firstFired = Math.min(...all.map((match) => match.firstFired));
  return {
    matches,
    count: matches.size,
    firstFired,
    lastFired: Math.max(...all.map((match) => match.lastFired)),
    firstTime: Math.min(
      ...all.map(({ firstFired: first, begins }) => (first === firstFired ? begins : Number.POSITIVE_INFINITY)),
    ),
    steps: all.flatMap(({ steps }) => steps).toSorted((a, b) => a - b),
    rules: [],
    found: [],
  };
}

/** The match of the rule that holds as the `index`th of an access. */
export function matchAt(held: MatchTimes, rule: CompiledRule, index: number): Match | undefined {
  if (held.rules[index] === rule) return held.found[index];
  const match = held.matches.get(rule.rule.id);
  held.rules[index] = rule;
  held.found[index] = match;
  return match;
}

/** The largest of the steps, ascending, that so many patients have reached, 0 for none. */
export function stepOf(steps: readonly number[], patients: number): number {
  let at = steps.length - 1;
  while (at >= 0 && (steps[at] ?? outside()) > patients) at -= 1;
  return steps[at] ?? 0;
}
