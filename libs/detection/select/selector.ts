import type { AccessRow } from '#libs/contracts/access-row.js';
import { type AccountAnswers, FieldClasses } from './field-classes.js';
import { parseWhole } from '../scan/frame-scanner.js';
import type { Field } from '../rule/rule.js';
import { type Atom, atomsOf } from '../rules/match/atoms.js';
import { kindOf } from '../rules/match/fields.js';
import { isDecided } from '../rules/match/undecided.js';
import { asksPresence } from '../rules/match/match-parts.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { SelectionSets } from '../memory/selection-sets.js';
import type { LiveSelection } from '../compile/series.js';
import type { Texts } from '../memory/texts.js';
import { combinationsMax, SetsWithin, unknown } from './sets-within.js';

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
    if (!bySubject) this.#accountField = this.#first.fields.find(({ field }) => field === 'actor_id');
  }

  /** Its account and clinic have been looked up. */
  setOf(row: ScannedRow): number {
    let set = this.#first.get(row);
    if (set === unknown) {
      const whole = this.wholeRow(row);
      set = this.#isOpen(whole) ? open : this.#ask(this.#classed, whole);
      this.#first.set(set);
    }
    if (set === open) {
      // Places mean something else once the first are laid out anew.
      if (this.#layout !== this.#first.layout) this.#second.forget();
      this.#layout = this.#first.layout;
      const place = this.#first.place;
      set = this.#second.get(row, place);
      if (set === unknown) {
        set = this.#ask(this.#classed, this.wholeRow(row));
        this.#second.set(set);
      }
    }
    return this.#whole.length === 0 ? set : this.sets.union(set, this.#ask(this.#whole, this.wholeRow(row)));
  }

  #ask(live: readonly LiveSelection[], row: Partial<AccessRow>): number {
    return this.sets.of(live.flatMap(({ number, selection }) => (selection.matches(row) ? number : [])));
  }

  /** The row of the last question has made an account. */
  accountAdded(account: number): void {
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

/**
 * Sets by combination of the classes of some fields. Few combinations have a place each that is computed; where there could be too many, those
 * that occur are given places one after the other, class by class.
 */
class Combinations {
  readonly fields: readonly FieldClasses[];
  #sets = new Int32Array(0);
  readonly #within = new SetsWithin();
  #strides: number[] = [];
  #sizes: number[] = [];
  #outer = 0;
  /** By field: places so far by the place up to the field before and the class. Undefined where places are computed. */
  #chained: Map<number, number>[] | undefined;
  #places = 0;
  /** The combination of the last row. */
  place = 0;
  /** How often places have been given out anew. */
  layout = 0;

  constructor(
    byField: readonly (readonly [Field, readonly Atom[]])[],
    texts: Texts,
    bySubject: boolean,
    accounts: AccountAnswers | undefined,
  ) {
    this.fields = byField.map(([field, atoms]) => new FieldClasses(field, atoms, texts, bySubject, accounts));
    this.#layOut();
  }

  /** What is known of the row's combination, together with a number from without. */
  get(row: ScannedRow, outer = -1): number {
    const { fields } = this;
    // Chained places that no row has again are let go of now and then.
    if (this.#places > combinationsMax) this.#layOut();
    let place = 0;
    for (let i = 0; i < fields.length; i += 1) {
      const of = fields[i]?.classOf(row) ?? 0;
      if (this.#chained) place = this.#chain(i, place, of);
      else if (of >= (this.#sizes[i] ?? 0)) {
        this.#layOut();
        return this.get(row, outer);
      } else place += of * (this.#strides[i] ?? 0);
    }
    this.place = place;
    this.#outer = outer;
    if (outer >= 0) return this.#within.get(outer, place);
    return this.#sets[place] ?? unknown;
  }

  /** Remembers what the last combination gives. */
  set(set: number): void {
    if (this.#outer < 0) {
      if (this.place >= this.#sets.length) this.#widen();
      this.#sets[this.place] = set;
    } else this.#within.set(this.#outer, this.place, set);
  }

  forget(): void {
    this.#within.clear();
  }

  #chain(field: number, before: number, of: number): number {
    const known = this.#chained?.[field];
    const key = before * classesMax + of;
    const found = known?.get(key);
    if (found !== undefined) return found;
    this.#places += 1;
    known?.set(key, this.#places);
    return this.#places;
  }

  #widen(): void {
    const wider = new Int32Array(Math.max(this.place + 1, 2 * this.#sets.length)).fill(unknown);
    wider.set(this.#sets);
    this.#sets = wider;
  }

  /** Makes room for the classes that there are, and some more. What was remembered is asked again. */
  #layOut(): void {
    this.layout += 1;
    this.#sizes = this.fields.map((field) => Math.ceil((field.count + 1) * 1.5));
    let size = 1;
    this.#strides = this.#sizes.map((of) => {
      const stride = size;
      size *= of;
      return stride;
    });
    this.#chained = size > combinationsMax ? this.fields.map(() => new Map<number, number>()) : undefined;
    this.#places = 0;
    this.#sets = new Int32Array(this.#chained ? 1_024 : size).fill(unknown);
    this.#within.clear();
  }
}

/** Above every number of a class. */
const classesMax = 2 ** 24;
/** In place of a set: the cheap fields do not decide. */
const open = -2;

function partition<T>(all: readonly T[], holds: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(holds), all.filter((one) => !holds(one))];
}
