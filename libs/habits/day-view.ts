import { AccountState } from './account-state.js';
import { Comparing } from './compare/comparing.js';
import {
  calibration,
  dayKept,
  evidenceKept,
  evidenceMax,
  newcomerAfterDays,
  newcomerDays,
  newcomerDaysMin,
  shrinkageDays,
  singleDayShare,
  unknownAfterDays,
} from './constants.js';
import type { Usual } from './ceilings.js';
import { Fit } from './compare/fit.js';
import { byName, excusedByItself, excusedByRole, outlineOfHonest, type HonestView } from './honest/honest-work.js';
import { ownShareOf, peersShareOf } from './own/own-days.js';
import { type OwnAmong, OwnView, type SinceWhen } from './own/own-view.js';
import { outlineOf, type PeersView, tailOf } from './peers.js';
import { type PeerClass, priorOf } from './priors.js';
import { peersName } from './role-names.js';
import type { HabitRule } from './seams.js';
import { countOf, holdsFirstDay, surpriseOf } from './surprise.js';
import { emptyTail, shareOfOthers } from './tail.js';

export interface ViewParts {
  readonly rules: readonly HabitRule[];
  /** Steps that were learned. */
  readonly step: number;
  /** The first day that was learned of the group; 0 while there is none. */
  readonly firstDay: number;
  readonly everybody: Readonly<Record<PeerClass, PeersView>>;
  readonly roles: ReadonlyMap<string, PeersView>;
  readonly roleNames: readonly string[];
  /** Of each rule, the days on which it could have been met. */
  readonly ruleDays: readonly number[];
  /** Rules whose thresholds wait, because a step was common to many accounts. */
  readonly waiting: ReadonlySet<number>;
  /** From which days on own days count. */
  readonly since: SinceWhen;
  /** What people have called honest. */
  readonly honest: HonestView;
  /** Accounts of each role, by its number. */
  readonly roleSizes: ReadonlyMap<number, number>;
  /** Account-days of a week. */
  readonly weekDays: number;
  /** False incidents of a week that are allowed. */
  readonly budget: number;
}

/** What is told of a rule while nothing is known. */
export function leastUnknown({ excuses, floor }: HabitRule): number {
  return excuses ? floor : Infinity;
}

interface DayCount {
  readonly count: number;
  readonly day: number;
}

const weekDaysMin = 100;
/** How far two logarithms of evidence may lie apart that differ by rounding alone, and more: accounts are kept in 32 bits. */
const roundingMax = 1e-4;

/** A model as it stood for one day: whatever is asked of it is answered the same for ever. */
export class DayView {
  readonly #comparing: Comparing;
  /** Accounts that a day may bring to what is needed over several days: few. */
  readonly #reaching = new Set<string>();
  readonly #anybodyReaches: boolean;
  /** What the days of each rule weigh at most in an account's own habit. */
  readonly #ruleWeights: readonly number[];
  /** Of the budget, what each rule has for what goes beyond peers. */
  readonly #weights: readonly number[];
  /** False incidents per account-day. */
  readonly alpha: number;
  /** Accounts beside their own days. */
  readonly own: OwnView;

  /** `carried` is the logarithm of the most evidence that earlier days of an account left of one count, where they left any. */
  constructor(
    readonly parts: ViewParts,
    carried: ReadonlyMap<string, number> = new Map(),
  ) {
    const sum = parts.rules.reduce((total, rule) => total + (rule.excuses ? 0 : peersShareOf(rule) + ownShareOf(rule)), 0);
    this.#weights = parts.rules.map((rule) => peersShareOf(rule) / (sum > 0 ? sum : 1));
    this.#comparing = new Comparing(parts);
    this.#ruleWeights = parts.ruleDays.map((days) => (1 - dayKept ** days) / (1 - dayKept));
    this.alpha = parts.budget / Math.max(weekDaysMin, parts.weekDays);
    // What is needed at least; a day of which nothing is carried is bounded by itself.
    const needed = -Math.log(this.alpha * (1 - singleDayShare)) - roundingMax;
    const reaches = (most: number): boolean => evidenceKept * most + evidenceMax >= needed;
    this.#anybodyReaches = reaches(0);
    for (const [key, most] of carried) if (reaches(most)) this.#reaching.add(key);
    const own = parts.rules.map((rule) => (sum > 0 ? ownShareOf(rule) / sum : 0));
    const ownAlpha = (column: number) => this.alpha * singleDayShare * (own[column] ?? 0);
    this.own = new OwnView(parts.rules, (state, day) => this.#ownAmong(state, day), ownAlpha, parts.since);
  }

  /** What all answers go by, but for single accounts. */
  outline(): unknown {
    const { everybody, roles, roleNames, ruleDays, waiting, since, honest, roleSizes, weekDays, budget } = this.parts;
    const nameOf = (role: number) => roleNames[role] ?? '';
    const peers = [...roles, ...Object.entries(everybody)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return [
      ruleDays,
      [...waiting],
      since,
      outlineOfHonest(honest, nameOf),
      byName(roleSizes, nameOf),
      weekDays,
      budget,
      peers.map(([name, one]) => [name, ...outlineOf(one)]),
    ];
  }

  get #isLane(): boolean {
    return this.parts.rules.some(({ subject }) => subject !== 'account');
  }
  get knows(): boolean {
    return this.parts.firstDay > 0;
  }
  /** Whether days of staff in the role are known. */
  knowsRole(role: string): boolean {
    return role !== '' && this.parts.roles.has(peersName('staff', role));
  }

  /**
   * The class of an account on a day, for a rule where one is named. Nobody is new where the group itself is, and an address that nobody has met yet is nothing
   * unusual. What nobody of the staff ever meets is of programs: one that is not known yet is told by the floor, as whoever of the staff would meet it.
   */
  classOf(state: AccountState, day: number, column?: number): PeerClass {
    if (this.#isLane) return 'staff';
    if (state.first === 0 && column !== undefined && this.parts.everybody.staff.means[column] === 0) return 'staff';
    if (state.first === 0) return day - this.parts.firstDay >= unknownAfterDays ? 'newcomer' : 'staff';
    return state.first - this.parts.firstDay >= newcomerAfterDays && day - state.first < newcomerDays ? 'newcomer' : 'staff';
  }

  /** What an account usually does of a rule; undefined while nothing is known of anybody. */
  usualOf(state: AccountState, column: number, among: PeerClass): Usual | undefined {
    const { role, staff } = this.#comparing.of(state.role, among);
    const usually = role.days >= newcomerDaysMin || among === 'staff' ? role.means[column] : undefined;
    const mean = usually ?? staff.means[column] ?? this.parts.everybody.staff.means[column];
    if (mean === undefined) return undefined;
    const weight = Math.min(state.weight, this.#ruleWeights[column] ?? 0);
    const own = (shrinkageDays * mean + (state.sums[column] ?? 0)) / (shrinkageDays + weight);
    const top = state.isLifted ? undefined : staff.ceilings[column];
    const ceiling = top === undefined ? undefined : Math.max(top, mean);
    return { own, role: mean, ceiling, usual: ceiling === undefined ? own : Math.min(own, ceiling) };
  }

  fitOf(key: string, state: AccountState, column: number, among: PeerClass): Fit {
    return this.#comparing.fitOf(key, state.role, column, among);
  }

  /** The share of honest account-days that go as far beyond habit as this count; 1 while nothing is known. */
  pOf(key: string, state: AccountState, column: number, { count, day }: DayCount): number {
    const among = this.classOf(state, day, column);
    const usual = this.usualOf(state, column, among);
    const rule = this.parts.rules[column];
    if (!usual || !rule) return 1;
    return this.fitOf(key, state, column, among).p(surpriseOf(count, usual.usual, rule.scale));
  }

  /**
   * The same for the test over several days. What is mostly zero is compared with everybody, and so says of a role that often does it that it does so
   * rarely, day after day: there p is at least the share of days on which others of the role went as far.
   */
  pOverDays(key: string, state: AccountState, column: number, { count, day }: DayCount): number {
    const p = this.pOf(key, state, column, { count, day });
    if (p === 1 || this.parts.rules[column]?.scale !== 'rare') return p;
    const among = this.classOf(state, day);
    const usual = this.usualOf(state, column, among)?.usual ?? 0;
    const { role } = this.#comparing.of(state.role, among);
    return Math.max(p, shareOfOthers(tailOf(role, column), surpriseOf(count, usual, 'rare'), key));
  }

  /** The smallest count that is told: at least the floor; Infinity while nothing is known, or thresholds wait. */
  leastOf(key: string, state: AccountState, column: number, day: number): number {
    const rule = this.parts.rules[column];
    const { waiting, ruleDays, firstDay } = this.parts;
    if (!rule) return Infinity;
    const unknown = leastUnknown(rule);
    if (rule.excuses && !state.isService) return this.#leastOfExcused(rule, key, state, { column, day });
    if (!this.knows || waiting.has(column) || (ruleDays[column] ?? 0) < 1) return unknown;
    if (!this.#isLane && holdsFirstDay(rule, day - firstDay)) return unknown;
    if (state.isService) return rule.excuses && !state.isJudgedByItself ? unknown : Math.max(rule.floor, state.ownLeast(column));
    const among = this.classOf(state, day, column);
    if (!this.usualOf(state, column, among)) return unknown;
    const least = Math.min(this.#leastByPeers(key, state, column, among), this.own.leastOf(key, state, column, day));
    return Math.max(rule.floor, Math.ceil(least - 1e-9));
  }

  /**
   * Of a rule that excuses: its floor, until such work is known. Of the account itself, since a day of it that came to the floor was called honest: then it is
   * told beyond half as much again, and beyond what it and its peers usually do. Of its role, since enough others of it were: then beyond half as much again as
   * all of these came to. What nobody has looked at excuses nobody: whoever stays below the floor for days gains nothing by it.
   */
  #leastOfExcused(
    rule: HabitRule,
    key: string,
    state: AccountState,
    { column, day }: { readonly column: number; readonly day: number },
  ): number {
    const { honest, roleSizes } = this.parts;
    const { role } = state;
    const own = excusedByItself(honest, column, key);
    const byRole = excusedByRole(honest, column, { key, role, size: roleSizes.get(role) ?? 0 });
    if (own === undefined && byRole === undefined) return rule.floor;
    const peers = own === undefined ? 0 : this.#leastByPeers(key, state, column, this.classOf(state, day, column));
    return Math.max(
      rule.floor,
      Math.floor(Math.max(own ?? 0, byRole ?? 0)) + 1,
      Number.isFinite(peers) ? Math.ceil(peers - 1e-9) : 0,
    );
  }

  /** Not rounded; Infinity where peers have no share of the rule. */
  #leastByPeers(key: string, state: AccountState, column: number, among: PeerClass): number {
    const usual = this.usualOf(state, column, among)?.usual;
    const alpha = this.alphaOf(column);
    if (usual === undefined || alpha === 0) return Infinity;
    const z = this.fitOf(key, state, column, among).inverse(alpha);
    return countOf(z, usual, this.parts.rules[column]?.scale ?? 'volume');
  }

  /** The smallest count that is told where nobody has ever met the rule: by the prior alone, beside a habit of none. */
  leastWhereUnmet(column: number): number {
    const rule = this.parts.rules[column];
    if (!rule) return Infinity;
    const z = new Fit(undefined, emptyTail, priorOf(rule, 'staff')).inverse(this.alphaOf(column));
    return Math.max(rule.floor, Math.ceil(countOf(z, 0, rule.scale) - 1e-9));
  }

  /** What a rule may be wrong an account-day for what goes beyond peers. */
  alphaOf(column: number): number {
    return this.alpha * singleDayShare * (this.#weights[column] ?? 0);
  }

  /** Whether counts of a day may bring the account to what is needed over several days. Most are never asked for more. */
  mayReach(key: string): boolean {
    return this.#anybodyReaches || this.#reaching.has(key);
  }

  /**
   * Evidence of several days as a share of what is needed. `most` gives the day's largest counts so far. Needed is what chance gives once in
   * 1 / alpha account-days (Ville's inequality), and at least what honest accounts reach as rarely: their days are not independent. 0 where no counts of the day
   * reach it, as for most accounts: a single day is bounded, and little has added up.
   */
  evidenceOf(key: string, state: AccountState, day: number, most: (column: number) => number): number {
    if (!this.knows || state.isService) return 0;
    const needed = this.#neededOverDays(key, state, day);
    if (this.#mostOverDays(state) < needed - roundingMax) return 0;
    const today = (column: number) =>
      this.logEvidence(most(column) > 0 ? this.pOverDays(key, state, column, { count: most(column), day }) : 1);
    return Math.exp(this.logOverDays(state, today) - needed);
  }

  #neededOverDays(key: string, state: AccountState, day: number): number {
    const alpha = this.alpha * (1 - singleDayShare);
    return Math.max(-Math.log(alpha), this.#comparing.evidenceFitOf(key, this.classOf(state, day)).inverse(alpha));
  }
  /** What the logarithm of the evidence of several days comes to at most, whatever the day holds. */
  #mostOverDays(state: AccountState): number {
    return this.logOverDays(state, () => evidenceMax);
  }

  /**
   * The logarithm of the evidence of several days: of each count C = max(1, C^0.95 e), and the weighted sum of them. `today` gives the
   * logarithm of the day's e.
   */
  logOverDays(state: AccountState, today: (column: number) => number): number {
    let sum = 0;
    const { ruleDays, waiting } = this.parts;
    for (let column = 0; column < this.#weights.length; column += 1) {
      if (this.parts.rules[column]?.excuses) continue;
      const asks = (ruleDays[column] ?? 0) > 0 && !waiting.has(column);
      const evidence = asks ? evidenceKept * (state.evidence[column] ?? 0) + today(column) : 0;
      sum += (this.#weights[column] ?? 0) * (evidence > 0 ? Math.exp(evidence) : 1);
    }
    return Math.log(sum);
  }

  /** The logarithm of one day's evidence: e = 0.3 p^-0.7, bounded. */
  logEvidence(p: number): number {
    return Math.min(evidenceMax, Math.log(calibration) - (1 - calibration) * Math.log(p));
  }

  #ownAmong(state: AccountState, day: number): OwnAmong {
    return this.#comparing.of(state.role, this.classOf(state, day));
  }
}
