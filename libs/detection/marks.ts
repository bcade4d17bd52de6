import { categories } from '#libs/contracts/vocabulary.js';
import { markMax } from './ledger-store.js';
import { Texts } from './texts.js';

/** Selections of entries that only one series holds: all of them, so that no rule of it has to ask. */
export const allBits = -1;

const cacheSlots = 256;

/**
 * What an entry says besides value and time, as one small number: the clinic, the categories, the value that `spread` counts (the
 * clinic, in most rules) and the selections (bits) that matched. Marks are given out in order of arrival and kept: there are as many as
 * clinics times the kinds of access.
 */
export class Marks {
  readonly texts: Texts;
  readonly #clinic: number[] = [];
  readonly #mask: number[] = [];
  readonly #spread: number[] = [];
  readonly #bits: number[] = [];
  readonly #known = new Map<string, number>();
  /** The last mark of each clinic, direct-mapped: rows of one clinic mostly repeat one. */
  readonly #recent = new Int32Array(cacheSlots).fill(-1);

  constructor(texts = new Texts()) {
    this.texts = texts;
  }

  /** The mark of (clinic, categories, value for spread, selections). Throws RangeError when there are more than an entry can hold. */
  of(clinic: number, mask: number, spread: number, bits: number): number {
    const slot = (clinic * 31 + mask * 7 + bits) & (cacheSlots - 1);
    const recent = this.#recent[slot] ?? -1;
    if (recent >= 0 && this.#is(recent, clinic, mask, spread, bits)) return recent;
    const key = `${clinic} ${mask} ${spread} ${bits}`;
    const mark = this.#known.get(key) ?? this.#new(key, clinic, mask, spread, bits);
    this.#recent[slot] = mark;
    return mark;
  }

  /** The same mark with more selections. */
  withBits(mark: number, bits: number): number {
    return this.of(this.clinicOf(mark), this.maskOf(mark), this.spreadOf(mark), this.bitsOf(mark) | bits);
  }

  clinicOf(mark: number): number {
    return this.#clinic[mark] ?? 0;
  }
  maskOf(mark: number): number {
    return this.#mask[mark] ?? 0;
  }
  spreadOf(mark: number): number {
    return this.#spread[mark] ?? 0;
  }
  bitsOf(mark: number): number {
    return this.#bits[mark] ?? 0;
  }
  /** Two entries of equal value and time are one access when their marks differ in nothing but selections. */
  sameAccess(a: number, b: number): boolean {
    return (
      a === b || (this.#clinic[a] === this.#clinic[b] && this.#mask[a] === this.#mask[b] && this.#spread[a] === this.#spread[b])
    );
  }
  clinicText(mark: number): string {
    return this.texts.text(this.clinicOf(mark));
  }

  /** Everything, for a snapshot. */
  dump(): MarksDump {
    return {
      texts: this.texts.all(),
      clinics: [...this.#clinic],
      masks: [...this.#mask],
      spreads: [...this.#spread],
      bits: [...this.#bits],
    };
  }

  #is(mark: number, clinic: number, mask: number, spread: number, bits: number): boolean {
    return (
      this.#bits[mark] === bits && this.#clinic[mark] === clinic && this.#mask[mark] === mask && this.#spread[mark] === spread
    );
  }

  #new(key: string, clinic: number, mask: number, spread: number, bits: number): number {
    const mark = this.#clinic.length;
    if (mark > markMax)
      throw new RangeError(
        `more than ${markMax} combinations of clinic, ${categories.length} categories, spread value and selections`,
      );
    this.#clinic.push(clinic);
    this.#mask.push(mask);
    this.#spread.push(spread);
    this.#bits.push(bits);
    this.#known.set(key, mark);
    return mark;
  }
}

export interface MarksDump {
  readonly texts: string[];
  readonly clinics: number[];
  readonly masks: number[];
  readonly spreads: number[];
  readonly bits: number[];
}
