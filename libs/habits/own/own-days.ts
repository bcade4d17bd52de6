import {
  anyOwnDays,
  countMax,
  fullOwnDays,
  ownAddedFrom,
  ownAddedKept,
  ownAddedMost,
  ownDaysRemembered,
  ownRoleDays,
  ownSpreadLeast,
} from '../constants.js';
import type { HabitRule } from '../seams.js';

/**
 * What an account's own days say of a rule that asks for them (`own`). Counts are compared by their roots, since the roots of what comes by chance differ as
 * much at thirty as at three hundred: 2 sqrt(count + 3/8) has a standard deviation of 1, of one and two patients too. Roots are kept as whole numbers, so that
 * their sums are the same in every order.
 */
const stepsOfRoot = 255;
const besideCount = 0.375;

/** The root of a count as it is kept: 255 sqrt(count + 3/8), 16 bits. */
export function rootOf(count: number): number {
  return Math.round(stepsOfRoot * Math.sqrt(Math.min(count, countMax) + besideCount));
}
/** 2 sqrt(count + 3/8) of a root that is kept, and the count of it. */
export function levelOf(root: number): number {
  return (2 * root) / stepsOfRoot;
}
/** The root, not rounded up, of a level. */
export function rootOfLevel(level: number): number {
  return Math.floor((stepsOfRoot * level) / 2);
}
export function countOfLevel(level: number): number {
  return Math.max(0, (Math.max(0, level) / 2) ** 2 - besideCount);
}

/** A day's distance from its account's own mean, in spreads, as it is kept: 8 bits, none below the mean. */
const distanceSteps = 63;
export function distanceCode(distance: number): number {
  return Math.round(distanceSteps * Math.max(0, Math.min(ownAddedMost, distance)));
}
/**
 * How far a day and those before it went, in spreads: `added` is what these add up to. They count only beside a day that lies more than one spread beyond the mean
 * itself, so that nobody is told of an ordinary day.
 */
export function reachOf(distance: number, added: number): number {
  return distance < ownAddedFrom ? distance : distance + added;
}
/** The smallest distance that reaches so far. */
export function distanceOf(reach: number, added: number): number {
  return reach < ownAddedFrom ? reach : Math.max(ownAddedFrom, reach - added);
}

/** What days add up to is kept in whole numbers of this fraction, 16 bits, so that it is the same wherever it is added up. */
const addedSteps = 1_024;

/** Which days a rule compares with each other, see `fullOwnDays`, and its floor. */
export interface OwnTerms {
  readonly min: number;
  readonly share: number;
  readonly floorShare: number;
  readonly floor: number;
}

export function ownTermsOf({ scale, floor }: Pick<HabitRule, 'scale' | 'floor'>): OwnTerms {
  return { ...(scale === 'own' ? anyOwnDays : fullOwnDays), floor };
}

/** The share of the budget that days beyond an account's own have under a rule; 0 where it does not ask for them. */
export function ownShareOf({ scale, weight, own = 0 }: HabitRule): number {
  return scale === 'own' ? weight : own;
}
/** The share that days beyond what peers do have. */
export function peersShareOf({ scale, weight }: HabitRule): number {
  return scale === 'own' ? 0 : weight;
}

/** The full days of an account: how many, the mean of their levels, and the sum of squares around it. */
export interface FullDays {
  readonly days: number;
  readonly mean: number;
  readonly squares: number;
}

/** How regular an account is by itself: `spread` is the standard deviation of a further day's level beside `mean`. */
export interface OwnHabit extends FullDays {
  /** The standard deviation of its days; less than `spread` by what the mean itself is unsure. */
  readonly deviation: number;
  readonly spread: number;
}

/**
 * A weekend, a half-day and a night say nothing of what a full day has: days of less than a share of the second largest are left out, of the largest while there
 * are as few as are needed. `roots` as they are kept, in any order.
 */
export function fullDaysOf(roots: readonly number[], { min, share }: OwnTerms): FullDays {
  const sorted = roots.toSorted((a, b) => b - a);
  const least = Math.sqrt(share) * (sorted[sorted.length > min ? 1 : 0] ?? 0);
  const full = sorted.filter((root) => root >= least);
  const sum = full.reduce((total, root) => total + root, 0);
  const mean = full.length > 0 ? sum / full.length : 0;
  const squares = full.reduce((total, root) => total + (root - mean) ** 2, 0);
  return { days: full.length, mean: levelOf(mean), squares: (2 / stepsOfRoot) ** 2 * squares };
}

/** Whether a day is a full one beside these. */
export function isFull(root: number, { mean }: FullDays, { share }: OwnTerms): boolean {
  return levelOf(root) >= Math.sqrt(share) * mean;
}

/** Whether days usually hold so much, beside the floor of their rule, that they can be compared with themselves. */
export function isMuch({ mean }: FullDays, { floorShare, floor }: OwnTerms): boolean {
  return countOfLevel(mean) >= floorShare * floor;
}

/**
 * Its spread, drawn towards that of its role (`variance`) as if that were sixteen days more; undefined while too few full days are known, or they hold little
 * beside the rule's floor.
 */
export function ownHabitOf(full: FullDays, variance: number, terms: OwnTerms): OwnHabit | undefined {
  if (full.days < terms.min || !isMuch(full, terms)) return undefined;
  const own = (ownRoleDays * variance + full.squares) / (ownRoleDays + full.days - 1);
  const deviation = Math.max(ownSpreadLeast, Math.sqrt(own));
  return { ...full, deviation, spread: deviation * Math.sqrt(1 + 1 / full.days) };
}

/** Days of one account, one by one, the newest last: of each its number and the roots of its counts; then what they add up to, rule by rule. */
export class OwnDays {
  readonly stride: number;
  readonly words: Uint16Array;

  /** `columns` is how many rules ask for own days. */
  constructor(readonly columns: number) {
    this.stride = columns === 0 ? 0 : ownDaysRemembered * (columns + 1) + columns;
    this.words = new Uint16Array(this.stride);
  }

  clear(): void {
    this.words.fill(0);
  }

  /** A further day; the oldest is let go. `codeOf` gives the day's distance as it is kept. */
  push(day: number, rootOfColumn: (column: number) => number, codeOf: (column: number) => number): void {
    const { columns, words } = this;
    if (columns === 0) return;
    words.copyWithin(0, columns + 1, this.#daysEnd);
    const at = this.#daysEnd - columns - 1;
    words[at] = day;
    for (let column = 0; column < columns; column += 1) {
      words[at + 1 + column] = rootOfColumn(column);
      const added = ownAddedKept * this.added(column) + codeOf(column) / distanceSteps - ownAddedFrom;
      words[this.#daysEnd + column] = Math.round(addedSteps * Math.max(0, added));
    }
  }

  /** What earlier days went beyond the mean, added up, in spreads; 0 where they did not. */
  added(column: number): number {
    return (this.words[this.#daysEnd + column] ?? 0) / addedSteps;
  }
  /** What was added up says no more. */
  forgetAdded(): void {
    this.words.fill(0, this.#daysEnd);
  }

  /** A day's count has grown. Of a day that is no longer remembered nothing changes. */
  raise(day: number, column: number, root: number): void {
    for (let at = 0; at < this.#daysEnd; at += this.columns + 1)
      if (this.words[at] === day) this.words[at + 1 + column] = Math.max(root, this.words[at + 1 + column] ?? 0);
  }

  get #daysEnd(): number {
    return this.stride - this.columns;
  }

  /** Of the days after `since`. */
  rootsOf(column: number, since = 0): readonly number[] {
    const roots: number[] = [];
    for (let at = 0; at < this.#daysEnd; at += this.columns + 1)
      if ((this.words[at] ?? 0) > since) roots.push(this.words[at + 1 + column] ?? 0);
    return roots;
  }
}
