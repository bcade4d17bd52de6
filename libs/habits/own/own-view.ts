import type { AccountState } from '../account-state.js';
import { ownExcessMin, ownLearnedDeviations } from '../constants.js';
import { Fit } from '../compare/fit.js';
import { flag } from '../pending-days.js';
import type { Peers, PeersView } from '../peers.js';
import { ownPriorOf } from '../priors.js';
import type { HabitRule } from '../seams.js';
import {
  countOfLevel,
  distanceCode,
  distanceOf,
  fullDaysOf,
  isFull,
  isMuch,
  levelOf,
  type OwnHabit,
  ownHabitOf,
  type OwnTerms,
  ownShareOf,
  ownTermsOf,
  reachOf,
  rootOf,
  rootOfLevel,
} from './own-days.js';
import { noOwnPeers, varianceWithin } from './own-peers.js';

/** The rules that ask for own days. */
export function ownColumnsOf(rules: readonly HabitRule[]): readonly number[] {
  return rules.flatMap((rule, column) => (ownShareOf(rule) > 0 ? [column] : []));
}

/** Of each rule, the last day that was learned on which a step was common to many accounts, 0 for none: what is counted is something else behind it, and own days begin anew. */
export type SinceWhen = readonly number[];

interface LearnedCount {
  readonly day: number;
  readonly count: number;
  /** Those of the day. */
  readonly flags: number;
  /** As it is known when the day is learned. */
  readonly since: SinceWhen;
}

/** With whom an account is compared on a day. */
export interface OwnAmong {
  /** Class and role, by name. */
  readonly name: string;
  readonly role: PeersView;
  readonly everybody: PeersView;
}

export interface OwnDaysExplained {
  /** How many full days are known, what they usually hold, and their standard deviation in counts. */
  readonly days: number;
  readonly mean: number;
  readonly deviation: number;
  /** From which count on a day is told for going beyond them, not rounded. */
  readonly least: number;
  /** Share of honest account-days that go as far beyond their account's own. */
  readonly p: number;
}

export interface OwnCompared {
  /** Who learns of it. */
  readonly peers: readonly Peers[];
  /** Rules whose thresholds wait: of these nothing is learned. */
  readonly waiting: ReadonlySet<number>;
  readonly since: SinceWhen;
  readonly countOf: (column: number) => number;
}

/** Accounts beside their own days, as a model knows them; of rules that ask for these. `day` is the day that is asked about. */
export class OwnView {
  readonly #columns: readonly number[];
  readonly #fits = new Map<string, Fit>();

  /** `alphaOf` is what a rule may be wrong an account-day for what goes beyond own days. */
  constructor(
    private readonly rules: readonly HabitRule[],
    private readonly among: (state: AccountState, day: number) => OwnAmong,
    private readonly alphaOf: (column: number) => number,
    private readonly since: SinceWhen,
  ) {
    this.#columns = ownColumnsOf(rules);
  }

  /** Mean and spread of an account's full days; undefined where the rule does not ask for them, or too little is known. */
  habitOf(state: AccountState, column: number, day: number, since = this.since): OwnHabit | undefined {
    const own = this.#columns.indexOf(column);
    if (own < 0 || state.isService) return undefined;
    const terms = this.#termsOf(column);
    return ownHabitOf(fullDaysOf(state.own.rootsOf(own, since[column]), terms), this.#varianceOf(state, own, day), terms);
  }

  /** The count, not rounded, from which on a day is beyond the account's own; Infinity where it is not compared with itself. */
  leastOf(key: string, state: AccountState, column: number, day: number): number {
    const habit = this.habitOf(state, column, day);
    if (!habit) return Infinity;
    const own = this.#columns.indexOf(column);
    const reach = this.#fitOf(key, state, own, day).inverse(this.alphaOf(column));
    const level = habit.mean + distanceOf(reach, state.own.added(own)) * habit.spread;
    return Math.max(countOfLevel(level), ownExcessMin * countOfLevel(habit.mean));
  }

  /** The share of honest account-days that go as far beyond their account's own; 1 where it is not compared with itself. */
  pOf(
    key: string,
    state: AccountState,
    column: number,
    { day, count }: { readonly day: number; readonly count: number },
  ): number {
    const habit = this.habitOf(state, column, day);
    if (!habit) return 1;
    const own = this.#columns.indexOf(column);
    return this.#fitOf(key, state, own, day).p(this.#reachOf(habit, state, own, rootOf(count)));
  }

  /** The numbers behind `leastOf`, for a count of the day. */
  explain(
    key: string,
    state: AccountState,
    column: number,
    { day, count }: { readonly day: number; readonly count: number },
  ): OwnDaysExplained | undefined {
    const habit = this.habitOf(state, column, day);
    if (!habit) return undefined;
    const mean = countOfLevel(habit.mean);
    const p = this.pOf(key, state, column, { day, count });
    // A level is twice the root, so that it grows by 1 / sqrt(count) with each count.
    return {
      days: habit.days,
      mean,
      deviation: habit.deviation * Math.sqrt(mean),
      least: this.leastOf(key, state, column, day),
      p,
    };
  }

  /**
   * What is learned of a day's count: at most a deviation above the mean, so that a raised habit teaches little of itself; what somebody has called honest as
   * it is, and so what follows on a common step. `state` has all days before, those that were not known when the day was judged too: else the second and the
   * third day of an account that reads more would be learned as they are.
   */
  learnedOf(
    state: AccountState,
    column: number,
    { day, count, flags, since }: LearnedCount,
  ): { readonly root: number; readonly distance: number } {
    if (!this.#columns.includes(column)) return { root: 0, distance: 0 };
    const root = rootOf(count);
    const habit = this.habitOf(state, column, day, since);
    if (!habit || flags & flag.honest) return { root, distance: 0 };
    const most = rootOfLevel(habit.mean + ownLearnedDeviations * habit.deviation);
    return { root: Math.min(root, most), distance: distanceCode((levelOf(root) - habit.mean) / habit.spread) };
  }

  /** An honest day beside the account's own: how far it went beyond them, and what it says of how regular accounts of the role are. */
  compare(key: string, state: AccountState, day: number, { peers, waiting, since, countOf }: OwnCompared): void {
    for (const [own, column] of this.#columns.entries()) {
      if (waiting.has(column)) continue;
      const root = rootOf(countOf(column));
      const terms = this.#termsOf(column);
      const full = fullDaysOf(state.own.rootsOf(own, since[column]), terms);
      if (full.days > 0 && isMuch(full, terms) && isFull(root, full, terms)) {
        const square = ((levelOf(root) - full.mean) ** 2 * full.days) / (full.days + 1);
        for (const one of peers) one.own[own]?.square(square, this.#varianceOf(state, own, day));
      }
      const habit = this.habitOf(state, column, day, since);
      if (habit) for (const one of peers) one.own[own]?.surprise(this.#reachOf(habit, state, own, root), key, day);
    }
  }

  #reachOf({ mean, spread }: OwnHabit, state: AccountState, own: number, root: number): number {
    return reachOf((levelOf(root) - mean) / spread, state.own.added(own));
  }

  #termsOf(column: number): OwnTerms {
    return ownTermsOf(this.rules[column] ?? { scale: 'volume', floor: 0 });
  }

  #varianceOf(state: AccountState, own: number, day: number): number {
    const { role, everybody } = this.among(state, day);
    return varianceWithin(role.own[own], everybody.own[own]);
  }

  /** The share of honest days that go as far, in spreads; whoever is among the furthest is compared with the others alone. */
  #fitOf(key: string, state: AccountState, own: number, day: number): Fit {
    const among = this.among(state, day);
    const role = (among.role.own[own] ?? noOwnPeers).tail;
    const all = (among.everybody.own[own] ?? noOwnPeers).tail;
    const without = [role, all].some(({ furthest }) => furthest.some((one) => one.key === key)) ? key : undefined;
    const name = `${own} ${without === undefined ? '' : key.length} ${without ?? ''} ${among.name}`;
    const known = this.#fits.get(name);
    if (known) return known;
    const fit = new Fit(role, all, ownPriorOf(this.rules[this.#columns[own] ?? -1]), without);
    this.#fits.set(name, fit);
    return fit;
  }
}
