import { actions, outcomes } from '#libs/contracts/vocabulary.js';
import type { Field } from '../rule/rule.js';
import type { Atom } from '../rules/match/atoms.js';
import { optionalPlaces } from '../scan/row-layout.js';
import { rowProgram } from '../scan/row-program.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import { SlotsNoted } from '../memory/grown.js';
import type { Texts } from '../memory/texts.js';
import { type AccountAnswers, FieldClasses } from './field-classes.js';
import { combinationsMax, SetsWithin, unknown } from './sets-within.js';
import { outside } from '../scan/outside.js';

/** Places of optional fields among the keys of a row are below this. */
const placesEnd = 1 + Math.max(...Object.values(optionalPlaces));

/** Combinations whose place is found without asking a map, at most; a power of two. */
const recentSlots = 4_096;

/** Shapes of rows whose part of a number is remembered, at most, a power of two. */
const shapeSlots = 4_096;

/**
 * Sets by combination of the classes of some fields. A combination has a number, which is computed; only the fields that a row has are looked at for it, since
 * what it is without any optional field is known. Where few combinations could occur the number is their place, else those that occur are given
 * places one after the other.
 */
export class Combinations {
  readonly fields: readonly FieldClasses[];
  /** Fields that every row has. Each that is asked of most rows is called at a place of its own, so that V8 makes one piece of them. */
  readonly #patient: Everywhere | undefined;
  readonly #clinic: Everywhere | undefined;
  readonly #account: Everywhere | undefined;
  readonly #time: Everywhere | undefined;
  readonly #others: readonly Everywhere[];
  readonly #everywhere: readonly Everywhere[];
  /** What action and outcome add to the number of a combination. */
  readonly #deeds = new Float64Array(actions.length * outcomes.length);
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
  /** Whether numbers of combinations are exact. */
  isExact = true;
  readonly #recentNoted = new SlotsNoted(recentSlots);
  #recent = new Float64Array(1).fill(-1);
  #recentPlaces = new Int32Array(1);
  /** What optional fields add to the number, by the shape of the row: direct-mapped. Shapes up to `since` do not say all of them. */
  readonly #shapesNoted = new SlotsNoted(shapeSlots);
  #shapes = new Float64Array(1);
  #parts = new Float64Array(1);
  readonly since: number;
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
    this.#everywhere = this.fields.flatMap((of, number) =>
      of.place < 0 ? { of, number, read: of.read, size: 0, stride: 0 } : [],
    );
    const named = (field: Field): Everywhere | undefined => this.#everywhere.find(({ of }) => of.field === field);
    this.#patient = named('patient_id');
    this.#clinic = named('clinic_id');
    this.#account = named('actor_id');
    this.#time = named('time');
    const apart = [this.#patient, this.#clinic, this.#account, this.#time, named('action'), named('outcome')];
    this.#others = this.#everywhere.filter((one) => !apart.includes(one));
    for (const [number, { place }] of this.fields.entries()) if (place >= 0) this.#optional[place] = number;
    const optional = this.fields.filter(({ place }) => place >= 0);
    this.since =
      rowProgram()?.want(new Map(optional.map(({ place, asksValue }) => [place, asksValue]))) ?? Number.POSITIVE_INFINITY;
    this.#layOut();
  }

  /** Whether the shape of a row says all that it goes by. */
  get isByShape(): boolean {
    return this.#everywhere.length === 0;
  }

  /** The number of the row's combination. It means something else once `layout` is another. */
  numberOf(row: ScannedRow): number {
    let number = this.#numberOf(row);
    while (Number.isNaN(number)) {
      this.#layOut();
      number = this.#numberOf(row);
    }
    return number;
  }

  /** What is known of the row's combination, which has this number, together with a number from without. */
  get(row: ScannedRow, number: number, outer = -1): number {
    const place = this.#places ? this.#placeOf(number, row, this.#places) : number;
    this.place = place;
    this.#outer = outer;
    if (outer >= 0) return this.#within.get(outer, place);
    return this.#sets[place] ?? unknown;
  }

  /** The number of the row's combination; NaN where there is no room for a class. */
  #numberOf(row: ScannedRow): number {
    const patient = this.#patient;
    const clinic = this.#clinic;
    const account = this.#account;
    const time = this.#time;
    const others = this.#others;
    let number = this.#bare + (this.#deeds[row.action * outcomes.length + row.outcome] ?? outside());
    if (patient) {
      const of = patient.read(row);
      if (of >= patient.size) return Number.NaN;
      number += of * patient.stride;
    }
    if (clinic) {
      const of = clinic.read(row);
      if (of >= clinic.size) return Number.NaN;
      number += of * clinic.stride;
    }
    if (account) {
      const of = account.read(row);
      if (of >= account.size) return Number.NaN;
      number += of * account.stride;
    }
    if (time) {
      const of = time.read(row);
      if (of >= time.size) return Number.NaN;
      number += of * time.stride;
    }
    for (let i = 0; i < others.length; i += 1) {
      const of = others[i]?.read(row) ?? 0;
      if (of >= (others[i]?.size ?? 0)) return Number.NaN;
      number += of * (others[i]?.stride ?? 0);
    }
    const { shape } = row;
    const slot = shape & (this.#shapes.length - 1);
    return number + (shape > 0 && this.#shapes[slot] === shape ? (this.#parts[slot] ?? outside()) : this.#partOf(row));
  }

  /** What the optional fields of the row add to the number of its combination; NaN where there is no room for a class. */
  #partOf(row: ScannedRow): number {
    const { placed, shape } = row;
    const optional = this.#optional;
    let part = 0;
    for (let i = 0; i < placed; i += 1) {
      const at = optional[row.placeAt(i)] ?? -1;
      if (at < 0) continue;
      const field = this.fields[at];
      if (!field) continue;
      const of = field.optionalOf(row);
      if (of >= (this.#sizes[at] ?? outside())) return Number.NaN;
      part += (of - field.absent) * (this.#strides[at] ?? outside());
    }
    if (shape > this.since) this.#notePart(shape, part);
    return part;
  }

  #notePart(shape: number, part: number): void {
    const slots = this.#shapesNoted.wanted();
    if (slots > this.#shapes.length) {
      this.#shapes = new Float64Array(slots);
      this.#parts = new Float64Array(slots);
    }
    this.#shapes[shape & (slots - 1)] = shape;
    this.#parts[shape & (slots - 1)] = part;
  }

  #placeOf(number: number, row: ScannedRow, places: Map<number | string, number>): number {
    const mixed = number ^ (number / recentSlots);
    const slot = mixed & (this.#recent.length - 1);
    if (this.isExact && this.#recent[slot] === number) return this.#recentPlaces[slot] ?? outside();
    const key = this.isExact ? number : this.fields.map((field) => field.anyOf(row)).join(' ');
    const known = places.get(key);
    if (known === undefined && places.size >= combinationsMax) {
      // Places that no row has again are let go of now and then.
      this.#layOut();
      return this.#placeOf(this.#numberOf(row), row, this.#places ?? places);
    }
    const place = known ?? places.size;
    if (known === undefined) places.set(key, place);
    this.#notePlace(mixed, number, place);
    return place;
  }

  #notePlace(mixed: number, number: number, place: number): void {
    const slots = this.#recentNoted.wanted();
    if (slots > this.#recent.length) {
      this.#recent = new Float64Array(slots).fill(-1);
      this.#recentPlaces = new Int32Array(slots);
    }
    this.#recent[mixed & (slots - 1)] = number;
    this.#recentPlaces[mixed & (slots - 1)] = place;
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
      (sum, { place, absent }, number) => (place < 0 ? sum : sum + absent * (this.#strides[number] ?? outside())),
      0,
    );
    for (const one of this.#everywhere) {
      one.size = this.#sizes[one.number] ?? outside();
      one.stride = this.#strides[one.number] ?? outside();
    }
    // All actions and outcomes have been asked, so that there is room for their classes.
    for (const [action] of actions.entries())
      for (const [outcome] of outcomes.entries())
        this.#deeds[action * outcomes.length + outcome] = this.fields.reduce(
          (sum, of, number) => sum + of.deedOf(action, outcome) * (this.#strides[number] ?? outside()),
          0,
        );
    this.isExact = size <= Number.MAX_SAFE_INTEGER;
    this.#places = size > combinationsMax ? new Map() : undefined;
    this.#recent.fill(-1);
    this.#shapes.fill(0);
    this.#sets = new Int32Array(this.#places ? 1_024 : size).fill(unknown);
    this.#within.clear();
  }
}

/** A field that every row has: its number, the classes that there is room for, and what one of them adds to the number of a combination. */
interface Everywhere {
  readonly of: FieldClasses;
  readonly number: number;
  readonly read: (row: ScannedRow) => number;
  size: number;
  stride: number;
}
