import type { AccessRow } from '#libs/contracts/access-row.js';
import { Combinations } from './combinations.js';
import type { AccountAnswers, FieldClasses } from './field-classes.js';
import { parseWhole } from '../scan/frame-scanner.js';
import type { Field } from '../rule/rule.js';
import { atomsOf } from '../rules/match/atoms.js';
import { kindOf } from '../rules/match/fields.js';
import { isDecided } from '../rules/match/undecided.js';
import { asksPresence } from '../rules/match/match-parts.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { SelectionSets } from '../memory/selection-sets.js';
import { SlotsNoted } from '../memory/grown.js';
import type { LiveSelection } from '../compile/series.js';
import type { Texts } from '../memory/texts.js';
import { unknown } from './sets-within.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber } from '../scan/kinds.js';

/** At most, a power of two. */
const recentSlots = 2_048;

/** Fields that are read anyway, or whose value is a number of its own. */
const cheap: ReadonlySet<Field> = new Set([
  'action',
  'outcome',
  'patient_id',
  'clinic_id',
  'actor_id',
  'group_id',
  'time',
  'categories',
]);

/**
 * Which selections match a row, as a set. A condition depends on a row through the answers to its tests, and those to the tests on one
 * field depend on its value alone: each value is put in a class of equal answers once, and for each combination of classes the
 * conditions are asked once. Fields of free text are looked at only where what the others say leaves a condition open. Conditions that
 * compare two fields, or that bring no tree, see every row whole.
 */
export class Selector {
  readonly #cheap = new Set<Field>();
  readonly #whole: readonly LiveSelection[];
  readonly #classed: readonly LiveSelection[];
  readonly #first: Combinations;
  readonly #second: Combinations;
  #layout = 0;
  /** Sets that were found lately, by the number of the first combination and the shape of the row: direct-mapped. */
  readonly #noted = new SlotsNoted(recentSlots);
  #numbers = new Float64Array(1).fill(-1);
  #shapes = new Float64Array(1);
  #recent = new Int32Array(1);
  #layoutOfNumbers = 0;
  /** Shapes up to here do not say all that is asked. */
  readonly #shapesFrom: number;
  readonly #accountField: FieldClasses | undefined;
  #parsed: { readonly of: number; readonly bytes: Uint8Array; readonly row: Partial<AccessRow> } | undefined;

  constructor(
    live: readonly LiveSelection[],
    texts: Texts,
    private readonly sets: SelectionSets,
    /** Rows belong to another subject than their account: a `SubjectReader` has looked at them. */
    bySubject = false,
    accounts?: AccountAnswers,
  ) {
    const asked = live.map((one) => ({ ...one, atoms: one.selection.tree && atomsOf(one.selection.tree) }));
    this.#whole = asked.filter(({ atoms }) => !atoms);
    this.#classed = asked.filter(({ atoms }) => atoms);
    const byField = Map.groupBy(
      asked.flatMap(({ atoms }) => atoms ?? []),
      // Group and account are asked together, once per account.
      ({ field }) => (field === 'group_id' ? 'actor_id' : field),
    );
    for (const [field, atoms] of byField)
      if (cheap.has(field) || kindOf(field) === 'boolean' || kindOf(field) === 'number' || asksPresence(atoms))
        this.#cheap.add(field);
    this.#cheap.add('group_id');
    const [early, late] = partition([...byField], ([field]) => this.#cheap.has(field));
    this.#first = new Combinations(early, texts, bySubject, accounts);
    this.#second = new Combinations(late, texts, bySubject, accounts);
    this.#shapesFrom = this.#second.isByShape ? Math.max(this.#first.since, this.#second.since) : Number.POSITIVE_INFINITY;
    if (!bySubject) this.#accountField = this.#first.fields.find(({ field }) => field === 'actor_id');
  }

  /** Its account and clinic have been looked up. */
  setOf(row: ScannedRow): number {
    const set = this.#setOf(row);
    return this.#whole.length === 0 ? set : this.sets.union(set, this.#ask(this.#whole, this.wholeRow(row)));
  }

  /** Those of the conditions that go by classes. What the row's number says together with its shape decides all of them. */
  #setOf(row: ScannedRow): number {
    const { shape } = row;
    const first = this.#first;
    const number = first.numberOf(row);
    if (shape <= this.#shapesFrom || !first.isExact) return this.#search(row, number);
    const mixed = number ^ Math.imul(shape, 0x9e3779b1);
    const slot = mixed & (this.#numbers.length - 1);
    if (this.#numbers[slot] === number && this.#shapes[slot] === shape && this.#layoutOfNumbers === first.layout)
      return this.#recent[slot] ?? outside();
    const set = this.#search(row, number);
    if (this.#layoutOfNumbers !== first.layout) {
      this.#numbers.fill(-1);
      this.#layoutOfNumbers = first.layout;
      return set;
    }
    this.#note(mixed, number, shape, set);
    return set;
  }

  #note(mixed: number, number: number, shape: number, set: number): void {
    const slots = this.#noted.wanted();
    if (slots > this.#numbers.length) {
      this.#numbers = new Float64Array(slots).fill(-1);
      this.#shapes = new Float64Array(slots);
      this.#recent = new Int32Array(slots);
    }
    const slot = mixed & (slots - 1);
    this.#numbers[slot] = number;
    this.#shapes[slot] = shape;
    this.#recent[slot] = set;
  }

  #search(row: ScannedRow, number: number): number {
    let set = this.#first.get(row, number);
    if (set === unknown) {
      const whole = this.wholeRow(row);
      set = this.#isOpen(whole) ? open : this.#ask(this.#classed, whole);
      this.#first.set(set);
    }
    if (set !== open) return set;
    // Places mean something else once the first are laid out anew.
    if (this.#layout !== this.#first.layout) this.#second.forget();
    this.#layout = this.#first.layout;
    const place = this.#first.place;
    set = this.#second.get(row, this.#second.numberOf(row), place);
    if (set !== unknown) return set;
    set = this.#ask(this.#classed, this.wholeRow(row));
    this.#second.set(set);
    return set;
  }

  #ask(live: readonly LiveSelection[], row: Partial<AccessRow>): number {
    return this.sets.of(live.flatMap(({ number, selection }) => (selection.matches(row) ? number : [])));
  }

  /** The row of the last question has made an account. */
  accountAdded(account: AccountNumber): void {
    this.#accountField?.noteAccount(account);
  }

  /** The row as `JSON.parse` gives it, parsed at most once. */
  wholeRow(row: ScannedRow): Partial<AccessRow> {
    const known = this.#parsed;
    if (known && known.bytes === row.bytes && known.of === row.lineStart) return known.row;
    const whole = parseWhole(row);
    this.#parsed = { of: row.lineStart, bytes: row.bytes, row: whole };
    return whole;
  }

  #isOpen(row: Partial<AccessRow>): boolean {
    return this.#classed.some(
      ({ selection }) => selection.tree && !isDecided(selection.tree, row, (field) => this.#cheap.has(field)),
    );
  }
}

/** In place of a set: the cheap fields do not decide. */
const open = -2;

function partition<T>(all: readonly T[], holds: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(holds), all.filter((one) => !holds(one))];
}
