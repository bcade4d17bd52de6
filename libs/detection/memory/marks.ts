import { grown } from './grown.js';
import { markMax } from './entry.js';
import type { SelectionSets } from './selection-sets.js';
import { Texts } from './texts.js';
import { outside } from '../scan/outside.js';
import type { MarkNumber } from '../scan/kinds.js';

const cacheSlots = 256;

/** Marks that are kept free for accesses of which clinic and categories are given up, because no more can be told apart. */
const bareMarks = 2 ** 16;
/** Of a mark that is known, its key and place in the map among them, about. */
const markBytes = 100;

/**
 * What an entry says besides value and time, as one small number: the clinic, the categories, the set of selections that matched, and whether
 * it came late.
 * Marks are given out in order of arrival: there are as many as clinics times the kinds of access.
 */
export class Marks {
  #clinic = new Uint32Array(64);
  #mask = new Uint32Array(64);
  #set = new Uint32Array(64);
  #late = new Uint8Array(64);
  #count = 0;
  readonly #known = new Map<string, number>();
  /** The last mark of each clinic, direct-mapped: rows of one clinic mostly repeat one. */
  readonly #recent = new Int32Array(cacheSlots).fill(-1);

  /** Accesses that were counted without clinic and categories. */
  bare = 0;

  constructor(
    readonly sets: SelectionSets,
    readonly texts = new Texts(),
    private readonly most = markMax,
  ) {}

  get bytes(): number {
    return this.#count * markBytes + this.texts.bytes;
  }

  /** Marks given out so far, those that no entry has any more among them. */
  get count(): number {
    return this.#count;
  }

  /**
   * The mark of (clinic, categories, selections, lateness: 1 or 0). When more are held than an entry can tell apart, that of an access of no
   * clinic and no categories: it counts among the patients as before, and whoever sends clinics without end stops nothing.
   */
  of(clinic: number, mask: number, set: number, late: number): number {
    const slot = (clinic * 31 + mask * 7 + set + late) & (cacheSlots - 1);
    const recent = this.#recent[slot] ?? -1;
    if (recent >= 0 && this.#is(recent, clinic, mask, set, late)) return recent;
    const key = `${clinic} ${mask} ${set} ${late}`;
    const known = this.#known.get(key);
    if (known === undefined && this.#count > this.most - bareMarks && (clinic | mask) !== 0) {
      this.bare += 1;
      return this.of(0, 0, set, late);
    }
    const mark = known ?? this.#new(key, clinic, mask, set, late);
    this.#recent[slot] = mark;
    return mark;
  }

  /** The mark of an access that came twice, once in time. */
  inTime(mark: MarkNumber): number {
    return this.of(this.clinicOf(mark), this.maskOf(mark), this.setOf(mark), 0);
  }

  /** The same mark with more selections. */
  withSet(mark: MarkNumber, set: number): number {
    return this.of(this.clinicOf(mark), this.maskOf(mark), this.sets.union(this.setOf(mark), set), this.lateOf(mark));
  }

  clinicOf(mark: MarkNumber): number {
    return this.#clinic[mark] ?? outside();
  }
  maskOf(mark: MarkNumber): number {
    return this.#mask[mark] ?? outside();
  }
  setOf(mark: MarkNumber): number {
    return this.#set[mark] ?? outside();
  }
  /** 1 where it came later than allowed. */
  lateOf(mark: MarkNumber): number {
    return this.#late[mark] ?? outside();
  }
  /** Two entries of equal value and time are one access when their marks differ in nothing but selections and lateness. */
  sameAccess(a: number, b: number): boolean {
    return a === b || (this.#clinic[a] === this.#clinic[b] && this.#mask[a] === this.#mask[b]);
  }
  clinicText(mark: MarkNumber): string {
    return this.texts.text(this.clinicOf(mark));
  }

  #is(mark: MarkNumber, clinic: number, mask: number, set: number, late: number): boolean {
    return this.#set[mark] === set && this.#clinic[mark] === clinic && this.#mask[mark] === mask && this.#late[mark] === late;
  }

  #new(key: string, clinic: number, mask: number, set: number, late: number): number {
    const mark = this.#count;
    if (mark > this.most) throw new RangeError(`more than ${bareMarks} sets of selections are held, which rules alone can make`);
    this.#count += 1;
    if (mark >= this.#clinic.length) {
      this.#clinic = grown(this.#clinic, Uint32Array);
      this.#mask = grown(this.#mask, Uint32Array);
      this.#set = grown(this.#set, Uint32Array);
      this.#late = grown(this.#late, Uint8Array);
    }
    this.#clinic[mark] = clinic;
    this.#mask[mark] = mask;
    this.#set[mark] = set;
    this.#late[mark] = late;
    this.#known.set(key, mark);
    return mark;
  }
}
