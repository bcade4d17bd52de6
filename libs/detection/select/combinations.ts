import type { Field } from '../rule/rule.js';
import type { Atom } from '../rules/match/atoms.js';
import { optionalPlaces } from '../scan/row-layout.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { Texts } from '../memory/texts.js';
import { type AccountAnswers, FieldClasses } from './field-classes.js';
import { combinationsMax, SetsWithin, unknown } from './sets-within.js';

/** Places of optional fields among the keys of a row are below this. */
const placesEnd = 1 + Math.max(...Object.values(optionalPlaces));

/** Combinations whose place is found without asking a map; a power of two. */
const recentSlots = 4_096;

/**
 * Sets by combination of the classes of some fields. A combination has a number, which is computed; only the fields that a row has are looked at for it, since
 * what it is without any optional field is known. Where few combinations could occur the number is their place, else those that occur are given
 * places one after the other.
 */
export class Combinations {
  readonly fields: readonly FieldClasses[];
  /** Fields that every row has, by number. */
  readonly #fixed: readonly number[];
  /** By place of an optional field: its number, -1 where it is not asked for. */
  readonly #optional = new Int8Array(placesEnd).fill(-1);
  #sets = new Int32Array(0);
  readonly #within = new SetsWithin();
  #strides: number[] = [];
  #sizes: number[] = [];
  /** The place of a row without optional fields, but for what its fixed ones add. */
  #bare = 0;
  #outer = 0;
  /** Places so far, by number of the combination, or by all classes where numbers would not be exact. Undefined where the number is the place. */
  #places: Map<number | string, number> | undefined;
  #isExact = true;
  readonly #recent = new Float64Array(recentSlots).fill(-1);
  readonly #recentPlaces = new Int32Array(recentSlots);
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
    this.#fixed = this.fields.flatMap(({ place }, number) => (place < 0 ? number : []));
    for (const [number, { place }] of this.fields.entries()) if (place >= 0) this.#optional[place] = number;
    this.#layOut();
  }

  /** What is known of the row's combination, together with a number from without. */
  get(row: ScannedRow, outer = -1): number {
    let number = this.#numberOf(row);
    while (Number.isNaN(number)) {
      this.#layOut();
      number = this.#numberOf(row);
    }
    const place = this.#places ? this.#placeOf(number, row, this.#places) : number;
    this.place = place;
    this.#outer = outer;
    if (outer >= 0) return this.#within.get(outer, place);
    return this.#sets[place] ?? unknown;
  }

  /** The number of the row's combination; NaN where there is no room for a class. */
  #numberOf(row: ScannedRow): number {
    const fixed = this.#fixed;
    const sizes = this.#sizes;
    const strides = this.#strides;
    let number = this.#bare;
    for (let i = 0; i < fixed.length; i += 1) {
      const at = fixed[i] ?? 0;
      const of = this.fields[at]?.classOf(row) ?? 0;
      if (of >= (sizes[at] ?? 0)) return Number.NaN;
      number += of * (strides[at] ?? 0);
    }
    const { placed } = row;
    for (let i = 0; i < placed; i += 1) {
      const at = this.#optional[row.placeAt(i)] ?? -1;
      const field = at < 0 ? undefined : this.fields[at];
      if (!field) continue;
      const of = field.optionalOf(row);
      if (of >= (sizes[at] ?? 0)) return Number.NaN;
      number += (of - field.absent) * (strides[at] ?? 0);
    }
    return number;
  }

  #placeOf(number: number, row: ScannedRow, places: Map<number | string, number>): number {
    const slot = (number ^ (number / recentSlots)) & (recentSlots - 1);
    if (this.#isExact && this.#recent[slot] === number) return this.#recentPlaces[slot] ?? 0;
    const key = this.#isExact ? number : this.fields.map((field) => field.anyOf(row)).join(' ');
    const known = places.get(key);
    if (known === undefined && places.size >= combinationsMax) {
      // Places that no row has again are let go of now and then.
      this.#layOut();
      return this.#placeOf(this.#numberOf(row), row, this.#places ?? places);
    }
    const place = known ?? places.size;
    if (known === undefined) places.set(key, place);
    this.#recent[slot] = number;
    this.#recentPlaces[slot] = place;
    return place;
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
    this.#bare = this.fields.reduce(
      (sum, { place, absent }, number) => (place < 0 ? sum : sum + absent * (this.#strides[number] ?? 0)),
      0,
    );
    this.#isExact = size <= Number.MAX_SAFE_INTEGER;
    this.#places = size > combinationsMax ? new Map() : undefined;
    this.#recent.fill(-1);
    this.#sets = new Int32Array(this.#places ? 1_024 : size).fill(unknown);
    this.#within.clear();
  }
}
