import type { AccountState } from './account-state.js';
import type { DayView } from './day-view.js';
import type { Population } from './population.js';

/** An account as the model of a day knows it, and what is asked of it: the rule's column. */
export interface AsKnown {
  readonly population: Population;
  readonly view: DayView;
  readonly state: AccountState;
  readonly key: string;
  readonly column: number;
  readonly day: number;
}

/**
 * Where no day of an account is known, reads it as one who is there for the first time in the role, of those that its accesses of the day say, by which the least
 * is told. Gives that role, undefined where nobody of it is known: then as of somebody of whom nothing is.
 */
export function readAs({ population, view, state, key, column, day }: AsKnown, roles: readonly string[]): string | undefined {
  if (state.first > 0) return undefined;
  let found: string | undefined;
  let least = Infinity;
  const read = (role: string): void => {
    state.clear();
    if (!view.knowsRole(role)) return;
    state.role = population.roles.numberOf(role);
    state.first = day;
  };
  for (const role of roles) {
    read(role);
    const told = view.leastOf(key, state, column, day);
    if (found !== undefined && told >= least) continue;
    found = role;
    least = told;
  }
  if (found !== undefined) read(found);
  return state.first > 0 ? found : undefined;
}
