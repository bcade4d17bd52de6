import { AccountState } from './account-state.js';
import { firstDayWeight, ownDaysSkipped } from './constants.js';
import type { LearnedDay, LearnedRow } from './learned-day.js';
import { grown } from './learned-day.js';
import { flag } from './pending-days.js';

const slotsFirst = 256;

/** A day as it was learned before. */
export interface EarlierDay {
  readonly flags: number;
  readonly countOf: (column: number) => number;
}

/**
 * What is known of every account: as it was some days ago, and the days learned since, so that it can be said for each of the steps between.
 * Only steps before `oldest` are folded for good.
 */
export class AccountStates {
  readonly #slotOf = new Map<string, number>();
  readonly #keys: (string | undefined)[] = [];
  readonly #free: number[] = [];
  #sums: Float32Array;
  #evidence: Float32Array;
  /** The words of `OwnDays`. */
  #own: Uint16Array;
  readonly #squares = new Map<number, Float64Array>();
  #weights = new Float32Array(slotsFirst);
  #days = new Uint16Array(slotsFirst);
  #roles = new Uint16Array(slotsFirst);
  #flags = new Uint8Array(slotsFirst);
  #first = new Uint16Array(slotsFirst);
  #last = new Uint16Array(slotsFirst);
  /** Of a step that is being folded, slots below `foldedTo` are folded already. */
  #steps: { readonly number: number; readonly learned: LearnedDay; foldedTo: number }[] = [];
  #firstDay = 0;
  readonly #row: LearnedRow = { slot: 0, role: 0, flags: 0, from: 0, to: 0 };
  readonly #scratch: AccountState;

  /** `columns` is how many rules there are, `ownColumns` which of them ask for own days. */
  constructor(
    readonly columns: number,
    ownColumns: readonly number[],
  ) {
    this.#sums = new Float32Array(slotsFirst * columns);
    this.#evidence = new Float32Array(slotsFirst * columns);
    this.#scratch = new AccountState(columns, ownColumns);
    this.#own = new Uint16Array(slotsFirst * this.#scratch.own.stride);
  }

  get size(): number {
    return this.#slotOf.size;
  }
  /** The first day that was learned of anybody; 0 before. */
  get firstDay(): number {
    return this.#firstDay;
  }

  slots(): Iterable<number> {
    return this.#slotOf.values();
  }
  slotOf(key: string): number | undefined {
    return this.#slotOf.get(key);
  }
  keyOf(slot: number): string {
    return this.#keys[slot] ?? '';
  }

  /** The slot of an account, a new one where it has none. */
  take(key: string): number {
    const known = this.#slotOf.get(key);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#keys.length;
    this.#keys[slot] = key;
    if (slot >= this.#weights.length) this.#grow();
    this.#slotOf.set(key, slot);
    return slot;
  }

  /** Learns a day as the step of this number, which only grows. */
  learn(number: number, learned: LearnedDay): void {
    if (this.#firstDay === 0) this.#firstDay = learned.day;
    this.#steps.push({ number, learned, foldedTo: 0 });
  }

  /** Reads an account into `into` as it was known after the step `number`. */
  read(slot: number, number: number, into: AccountState): void {
    this.#readBase(slot, into);
    for (const step of this.#steps) {
      if (step.number > number) break;
      if (slot < step.foldedTo) continue;
      const row = step.learned.find(slot);
      if (row < 0) continue;
      step.learned.read(row, this.#row);
      into.take(step.learned, this.#row, this.#weightOf(step.learned, this.#row));
    }
  }

  /** How an account's day was learned before, with all corrections; undefined where it was not, as far as that is still known. */
  earlier(slot: number, day: number): EarlierDay | undefined {
    const found = this.#steps.flatMap(({ learned }) => {
      const row = learned.day === day ? learned.find(slot) : -1;
      return row < 0 || learned.flagsOf(row) & flag.lift ? [] : [{ learned, row }];
    });
    if (found.length === 0) return undefined;
    return {
      flags: found.reduce((flags, { learned, row }) => flags | learned.flagsOf(row), 0),
      countOf: (column) => found.reduce((sum, { learned, row }) => sum + learned.countOf(row, column), 0),
    };
  }

  /** Folds the steps before `oldest` for good, and forgets accounts that were last there before `forgetBefore`. Yields now and then. */
  *fold(oldest: number, forgetBefore: number): Generator<void, void> {
    for (let step = this.#steps[0]; step && step.number <= oldest; step = this.#steps[0]) {
      for (let row = 0; row < step.learned.size; row += 1) {
        step.learned.read(row, this.#row);
        this.#foldRow(step.learned);
        step.foldedTo = this.#row.slot + 1;
        if (row % 512 === 511) yield;
      }
      this.#steps.shift();
    }
    const there = new Set(this.#steps.map(({ learned }) => learned));
    let looked = 0;
    for (const [key, slot] of this.#slotOf) {
      if (++looked % 8_192 === 0) yield;
      const last = this.#last[slot] ?? 0;
      if (last === 0 || last >= forgetBefore || [...there].some((learned) => learned.find(slot) >= 0)) continue;
      this.#forget(key, slot);
    }
  }

  get bytes(): number {
    const steps = this.#steps.reduce((sum, { learned }) => sum + learned.bytes, 0);
    return (
      this.#weights.length * (13 + 8 * this.columns + 2 * this.#scratch.own.stride) +
      this.#squares.size * 8 * this.columns +
      steps
    );
  }

  #weightOf({ day }: LearnedDay, { flags }: LearnedRow): number {
    if (flags & flag.service) return day < this.#firstDay + ownDaysSkipped ? 0 : 1;
    return day === this.#firstDay ? firstDayWeight : 1;
  }

  #readBase(slot: number, into: AccountState): void {
    into.clear();
    into.last = this.#last[slot] ?? 0;
    if (into.last === 0) return;
    const squares = this.#squares.get(slot);
    for (let column = 0, at = slot * this.columns; column < this.columns; column += 1, at += 1) {
      into.sums[column] = this.#sums[at] ?? 0;
      into.evidence[column] = this.#evidence[at] ?? 0;
      if (squares) into.squares[column] = squares[column] ?? 0;
    }
    const { words, stride } = into.own;
    if (stride > 0) words.set(this.#own.subarray(slot * stride, (slot + 1) * stride));
    into.first = this.#first[slot] ?? 0;
    into.weight = this.#weights[slot] ?? 0;
    into.days = this.#days[slot] ?? 0;
    into.role = this.#roles[slot] ?? 0;
    into.isService = ((this.#flags[slot] ?? 0) & 1) !== 0;
    into.isLifted = ((this.#flags[slot] ?? 0) & 2) !== 0;
  }

  #foldRow(learned: LearnedDay): void {
    const { slot } = this.#row;
    const state = this.#scratch;
    this.#readBase(slot, state);
    state.take(learned, this.#row, this.#weightOf(learned, this.#row));
    for (let column = 0, at = slot * this.columns; column < this.columns; column += 1, at += 1) {
      this.#sums[at] = state.sums[column] ?? 0;
      this.#evidence[at] = state.evidence[column] ?? 0;
    }
    this.#own.set(state.own.words, slot * state.own.stride);
    if (state.isService) this.#squares.set(slot, Float64Array.from(state.squares));
    this.#first[slot] = state.first;
    this.#last[slot] = state.last;
    this.#weights[slot] = state.weight;
    this.#days[slot] = state.days;
    this.#roles[slot] = state.role;
    this.#flags[slot] = (state.isService ? 1 : 0) | (state.isLifted ? 2 : 0);
  }

  #forget(key: string, slot: number): void {
    this.#slotOf.delete(key);
    this.#keys[slot] = undefined;
    this.#last[slot] = 0;
    this.#squares.delete(slot);
    this.#free.push(slot);
  }

  #grow(): void {
    const length = this.#weights.length * 2;
    this.#sums = grown(this.#sums, new Float32Array(length * this.columns));
    this.#evidence = grown(this.#evidence, new Float32Array(length * this.columns));
    this.#own = grown(this.#own, new Uint16Array(length * this.#scratch.own.stride));
    this.#weights = grown(this.#weights, new Float32Array(length));
    this.#days = grown(this.#days, new Uint16Array(length));
    this.#roles = grown(this.#roles, new Uint16Array(length));
    this.#flags = grown(this.#flags, new Uint8Array(length));
    this.#first = grown(this.#first, new Uint16Array(length));
    this.#last = grown(this.#last, new Uint16Array(length));
  }
}

/** What a day is that was perhaps learned before. What was told is not learned, until somebody says that it was honest. */
export function flagsAfter(flags: number, earlier: EarlierDay | undefined): number {
  if (!earlier) return flags;
  const wasLearned = (earlier.flags & flag.told) === 0 || (earlier.flags & flag.honest) !== 0;
  if (flags & flag.honest) return wasLearned ? flags | flag.lift : flags;
  if (!wasLearned) return flags | flag.told;
  return flags & flag.told ? flags : flags | flag.correction;
}
