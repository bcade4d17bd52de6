import type { AccountState } from './account-state.js';
import { ownDaysMin, ownDeviations, ownRootMin, ownSpreadMin } from './constants.js';

/** A program against its own days: their mean and six of their standard deviations, at least 4 %, and three roots where it counts little. */
export function ownLeast(state: AccountState, column: number): number {
  if (state.days < ownDaysMin) return Infinity;
  const mean = (state.sums[column] ?? 0) / state.weight;
  const variance = Math.max(0, (state.squares[column] ?? 0) / state.weight - mean * mean);
  // The days are few, so that their spread is taken as that of a sample.
  const deviation = Math.sqrt((variance * state.days) / (state.days - 1));
  return Math.ceil(mean + Math.max(ownDeviations * deviation, ownSpreadMin * mean, ownRootMin * Math.sqrt(mean + 1)));
}
