import {
  dayKept,
  evidenceKept,
  ownDaysMin,
  ownDaysSkipped,
  ownDeviations,
  ownRootMin,
  ownSpreadMin,
  ownWeekDays,
} from './constants.js';
import { evidenceOf, type LearnedDay, type LearnedRow } from './learned-day.js';
import { OwnDays, rootOf } from './own/own-days.js';
import { flag } from './pending-days.js';

const zeroEvidence = evidenceOf(0);

/** What is known of an account at one moment. One is used again and again. */
export class AccountState {
  /** Weighed sums of its days' counts, and of their squares where it is a program. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  /** Logarithm of the evidence of earlier days, of each count. */
  readonly evidence: Float64Array;
  /** Its days one by one, of rules that ask for them. */
  readonly own: OwnDays;
  /** Weight of the days in the sums, and their number. */
  weight = 0;
  days = 0;
  role = 0;
  isService = false;
  /** Somebody has said that what it did beyond its peers was honest. */
  isLifted = false;
  /** First and last day; 0 for an account that is not known. */
  first = 0;
  last = 0;

  /** `ownColumns` are the rules that ask for own days. */
  constructor(
    columns: number,
    private readonly ownColumns: readonly number[] = [],
  ) {
    this.sums = new Float64Array(columns);
    this.squares = new Float64Array(columns);
    this.evidence = new Float64Array(columns);
    this.own = new OwnDays(ownColumns.length);
  }

  clear(): void {
    this.sums.fill(0);
    this.squares.fill(0);
    this.evidence.fill(0);
    this.own.clear();
    this.weight = this.days = this.role = this.first = this.last = 0;
    this.isService = this.isLifted = false;
  }

  /** A further day of the account. `weight` is what the day counts; with none it only says that the account was there. */
  take(learned: LearnedDay, row: LearnedRow, weight: number): void {
    const { day, columns, counts, evidence } = learned;
    if (this.first === 0 || day < this.first) this.first = day;
    if (day >= this.last) {
      this.last = day;
      this.role = row.role;
    }
    this.isService = (row.flags & flag.service) !== 0;
    if (row.flags & flag.honest) this.isLifted = true;
    if (row.flags & flag.lift || weight === 0) return;
    const isHonest = (row.flags & flag.honest) !== 0;
    if (isHonest || row.flags & flag.told) {
      this.evidence.fill(0);
      this.own.forgetAdded();
    }
    if (row.flags & flag.told && !isHonest) return;
    if (row.flags & flag.correction) {
      for (let at = row.from; at < row.to; at += 1) {
        this.#add(columns[at] ?? 0, counts[at] ?? 0, weight);
        const own = this.ownColumns.indexOf(columns[at] ?? 0);
        if (own >= 0) this.own.raise(day, own, learned.roots[at] ?? 0);
      }
      return;
    }
    const isJudged = (row.flags & flag.judged) !== 0 && !isHonest;
    for (let column = 0; column < this.sums.length; column += 1) {
      this.sums[column] = dayKept * (this.sums[column] ?? 0);
      this.squares[column] = dayKept * (this.squares[column] ?? 0);
      if (isJudged) this.evidence[column] = evidenceKept * (this.evidence[column] ?? 0) + zeroEvidence;
    }
    this.weight = dayKept * this.weight + weight;
    if (weight === 1) this.#pushOwn(learned, row);
    this.days += 1;
    for (let at = row.from; at < row.to; at += 1) {
      const column = columns[at] ?? 0;
      this.#add(column, counts[at] ?? 0, weight);
      if (isJudged) this.evidence[column] = (this.evidence[column] ?? 0) - zeroEvidence + evidenceOf(evidence[at] ?? 0);
    }
    if (isJudged)
      for (let column = 0; column < this.sums.length; column += 1)
        this.evidence[column] = Math.max(0, this.evidence[column] ?? 0);
  }

  /** Whether so many days of a program are known that it is judged by them: those of a whole week, on which it may not have run every day. */
  get isJudgedByItself(): boolean {
    const isWholeWeek = this.last - this.first >= ownWeekDays + ownDaysSkipped - 1;
    return this.days >= ownWeekDays || (isWholeWeek && this.days >= ownDaysMin);
  }

  /** From which count on a program is beyond its own days: their mean and six of their standard deviations, at least 4 %, and two and a half roots where it counts little. */
  ownLeast(column: number): number {
    if (!this.isJudgedByItself) return Infinity;
    const mean = (this.sums[column] ?? 0) / this.weight;
    const variance = Math.max(0, (this.squares[column] ?? 0) / this.weight - mean * mean);
    // The days are few, so that their spread is taken as that of a sample.
    const deviation = Math.sqrt((variance * this.days) / (this.days - 1));
    return Math.ceil(mean + Math.max(ownDeviations * deviation, ownSpreadMin * mean, ownRootMin * Math.sqrt(mean + 1)));
  }

  #pushOwn(learned: LearnedDay, row: LearnedRow): void {
    if (this.ownColumns.length === 0) return;
    const at = this.ownColumns.map((column) => learned.placeIn(row, column));
    const isHonest = (row.flags & flag.honest) !== 0;
    this.own.push(
      learned.day,
      (own) => learned.roots[at[own] ?? -1] ?? rootOf(0),
      (own) => (isHonest ? 0 : (learned.distances[at[own] ?? -1] ?? 0)),
    );
  }

  #add(column: number, count: number, weight: number): void {
    this.sums[column] = (this.sums[column] ?? 0) + weight * count;
    this.squares[column] = (this.squares[column] ?? 0) + weight * count * count;
  }
}
