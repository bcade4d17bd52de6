import { AccountState } from './account-state.js';
import type { AccountStates } from './account-states.js';
import { ceilingWeightMin, dayKept, newcomerDays, shrinkageDays } from './constants.js';
import type { PeerGroups } from './peer-groups.js';
import { ceilingOf, type Peers } from './peers.js';

/** Accounts looked at between two yields. */
const accountsAtATime = 256;

/** What is usual, and how far habit excuses. */
export interface Usual {
  readonly own: number;
  /** What the role usually does. */
  readonly role: number;
  readonly ceiling: number | undefined;
  /** What counts are compared with: own habit, but no more than the ceiling. */
  readonly usual: number;
}

export interface CeilingParts {
  readonly states: AccountStates;
  /** The newest step, and the day that it learned. */
  readonly step: number;
  readonly day: number;
  readonly ruleDays: readonly number[];
  readonly peers: PeerGroups;
  /** Told of every account as it is known after the step. */
  readonly heed: (slot: number, state: AccountState) => void;
}

/** Sets the ceilings of every role: forty-nine of fifty of its accounts' own habits, of those who were there lately. Yields now and then. */
export function* raiseCeilings({ states, step, day, ruleDays, peers: groups, heed }: CeilingParts): Generator<void, void> {
  const state = new AccountState(ruleDays.length);
  const known = ruleDays.map((days) => (1 - dayKept ** days) / (1 - dayKept));
  const habits = new Map<number, { readonly peers: Peers; readonly lists: readonly number[][] }>();
  let done = 0;
  for (const slot of states.slots()) {
    states.read(slot, step, state);
    heed(slot, state);
    if (++done % accountsAtATime === 0) yield;
    if (state.isService || state.weight <= ceilingWeightMin || day - state.last > 2 * newcomerDays) continue;
    let role = habits.get(state.role);
    const peers = role?.peers ?? groups.known(state.role);
    if (!peers) continue;
    if (!role) habits.set(state.role, (role = { peers, lists: ruleDays.map(() => []) }));
    for (const [column, list] of role.lists.entries()) {
      const mean = peers.mean(column);
      if (mean === undefined) continue;
      const weight = Math.min(state.weight, known[column] ?? 0);
      list.push((shrinkageDays * mean + (state.sums[column] ?? 0)) / (shrinkageDays + weight));
    }
  }
  for (const { peers, lists } of habits.values()) {
    const ceilings: (number | undefined)[] = [];
    for (const list of lists) {
      ceilings.push(ceilingOf(Float64Array.from(list).toSorted()));
      yield;
    }
    peers.raise(ceilings);
  }
}
