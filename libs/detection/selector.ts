import type { AccessRow } from '#libs/contracts/access-row.js';
import { FieldClasses } from './field-classes.js';
import { parseWhole } from './frame-scanner.js';
import type { Field } from './rule.js';
import { type Atom, atomsOf } from './rules/atoms.js';
import { kindOf } from './rules/fields.js';
import { isDecided } from './rules/undecided.js';
import { asksPresence } from './rules/match-parts.js';
import type { ScannedRow } from './scan-row.js';
import type { LiveSelection } from './series.js';
import type { Texts } from './texts.js';

/** Combinations of answers that are remembered; of others the conditions are asked for each row. */
const combinationsMax = 1 << 20;

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
 * Which selections match a row, as bits. A condition depends on a row through the answers to its tests, and those to the tests on one
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

  constructor(live: readonly LiveSelection[], texts: Texts) {
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
    this.#first = new Combinations(early, texts);
    this.#second = new Combinations(late, texts);
    this.#accountField = this.#first.fields.find(({ field }) => field === 'actor_id');
  }

  /** Its account and clinic have been looked up. */
  bitsOf(row: ScannedRow): number {
    let bits = this.#first.get(row);
    if (bits === unknown) {
      const whole = this.wholeRow(row);
      bits = this.#isOpen(whole) ? open : askAll(this.#classed, whole);
      this.#first.set(bits);
    }
    if (bits === open) {
      // Places mean something else once the first are laid out anew.
      if (this.#layout !== this.#first.layout) this.#second.forget();
      this.#layout = this.#first.layout;
      const place = this.#first.place;
      bits = this.#second.get(row, place);
      if (bits === unknown) {
        bits = askAll(this.#classed, this.wholeRow(row));
        this.#second.set(bits);
      }
    }
    return this.#whole.length === 0 ? bits : bits | askAll(this.#whole, this.wholeRow(row));
  }

  /** The row of the last question has made an account. */
  accountAdded(account: number): void {
    this.#accountField?.noteAccount(account);
  }
  accountRemoved(account: number): void {
    this.#accountField?.forgetAccount(account);
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

/** Bits by combination of the classes of some fields. */
class Combinations {
  readonly fields: readonly FieldClasses[];
  #bits = new Float64Array(0);
  readonly #sparse = new Map<string, number>();
  #strides: number[] = [];
  #sizes: number[] = [];
  #size = 0;
  #outer = 0;
  /** The combination of the last row. */
  place = 0;
  /** How often places have been given out anew. */
  layout = 0;

  constructor(byField: readonly (readonly [Field, readonly Atom[]])[], texts: Texts) {
    this.fields = byField.map(([field, atoms]) => new FieldClasses(field, atoms, texts));
    this.#layOut();
  }

  /** What is known of the row's combination, together with a number from without. */
  get(row: ScannedRow, outer = -1): number {
    const { fields } = this;
    let place = 0;
    for (let i = 0; i < fields.length; i += 1) {
      const of = fields[i]?.classOf(row) ?? 0;
      if (of >= (this.#sizes[i] ?? 0)) {
        this.#layOut();
        return this.get(row, outer);
      }
      place += of * (this.#strides[i] ?? 0);
    }
    this.place = place;
    this.#outer = outer;
    if (outer >= 0) return this.#sparse.get(`${outer} ${place}`) ?? unknown;
    return this.#bits[place] ?? unknown;
  }

  /** Remembers what the last combination gives. */
  set(bits: number): void {
    if (this.#outer < 0) this.#bits[this.place] = bits;
    else {
      if (this.#sparse.size >= combinationsMax) this.#sparse.clear();
      this.#sparse.set(`${this.#outer} ${this.place}`, bits);
    }
  }

  forget(): void {
    this.#sparse.clear();
  }

  /** Makes room for the classes that there are, and some more. What was remembered is asked again. */
  #layOut(): void {
    this.layout += 1;
    this.#sizes = this.fields.map((field) => Math.ceil((field.count + 1) * 1.5));
    this.#size = 1;
    this.#strides = this.#sizes.map((of) => {
      const stride = this.#size;
      this.#size *= of;
      return stride;
    });
    this.#bits = new Float64Array(Math.min(this.#size, combinationsMax)).fill(unknown);
    this.#sparse.clear();
  }
}

/** No bits: they are 32-bit whole numbers. */
const unknown = 2 ** 40;
/** The cheap fields do not decide. */
const open = 2 ** 41;

function partition<T>(all: readonly T[], holds: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(holds), all.filter((one) => !holds(one))];
}

function askAll(live: readonly LiveSelection[], row: Partial<AccessRow>): number {
  let bits = 0;
  for (const { bit, selection } of live) if (selection.matches(row)) bits |= bit;
  return bits;
}
