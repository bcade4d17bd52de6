import { categories } from '#libs/contracts/vocabulary.js';
import { grown } from './grown.js';
import { markMax } from './ledger-store.js';
import type { SelectionSets } from './selection-sets.js';
import { Texts } from './texts.js';

const cacheSlots = 256;

/**
 * What an entry says besides value and time, as one small number: the clinic, the categories, and the set of selections that matched.
 * Marks are given out in order of arrival: there are as many as clinics times the kinds of access.
 */
export class Marks {
  #clinic = new Uint32Array(64);
  #mask = new Uint32Array(64);
  #set = new Uint32Array(64);
  #count = 0;
  readonly #known = new Map<string, number>();
  /** The last mark of each clinic, direct-mapped: rows of one clinic mostly repeat one. */
  readonly #recent = new Int32Array(cacheSlots).fill(-1);

  constructor(
    readonly sets: SelectionSets,
    readonly texts = new Texts(),
  ) {}

  /** Marks given out so far, those that no entry has any more among them. */
  get count(): number {
    return this.#count;
  }

  /** The mark of (clinic, categories, selections). Throws RangeError when there are more than an entry can hold. */
  of(clinic: number, mask: number, set: number): number {
    const slot = (clinic * 31 + mask * 7 + set) & (cacheSlots - 1);
    const recent = this.#recent[slot] ?? -1;
    if (recent >= 0 && this.#set[recent] === set && this.#clinic[recent] === clinic && this.#mask[recent] === mask) return recent;
    const key = `${clinic} ${mask} ${set}`;
    const mark = this.#known.get(key) ?? this.#new(key, clinic, mask, set);
    this.#recent[slot] = mark;
    return mark;
  }

  /** The same mark with more selections. */
  withSet(mark: number, set: number): number {
    return this.of(this.clinicOf(mark), this.maskOf(mark), this.sets.union(this.setOf(mark), set));
  }

  clinicOf(mark: number): number {
    return this.#clinic[mark] ?? 0;
  }
  maskOf(mark: number): number {
    return this.#mask[mark] ?? 0;
  }
  setOf(mark: number): number {
    return this.#set[mark] ?? 0;
  }
  /** Two entries of equal value and time are one access when their marks differ in nothing but selections. */
  sameAccess(a: number, b: number): boolean {
    return a === b || (this.#clinic[a] === this.#clinic[b] && this.#mask[a] === this.#mask[b]);
  }
  clinicText(mark: number): string {
    return this.texts.text(this.clinicOf(mark));
  }

  #new(key: string, clinic: number, mask: number, set: number): number {
    const mark = this.#count;
    if (mark > markMax)
      throw new RangeError(
        `more than ${markMax} combinations of clinic, ${categories.length} categories and selections are held`,
      );
    this.#count += 1;
    if (mark >= this.#clinic.length) {
      this.#clinic = grown(this.#clinic, Uint32Array);
      this.#mask = grown(this.#mask, Uint32Array);
      this.#set = grown(this.#set, Uint32Array);
    }
    this.#clinic[mark] = clinic;
    this.#mask[mark] = mask;
    this.#set[mark] = set;
    this.#known.set(key, mark);
    return mark;
  }
}
