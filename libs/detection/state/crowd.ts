// state/: everything that one engine remembers, in one place, and the figures of it.
// It holds the parts together; row, late and snapshot change them.

import { markMax } from '../memory/entry.js';
import type { Marks } from '../memory/marks.js';

/** Marks, texts and sets above which there may be a crowd of them that nobody holds. */
const crowds = { marks: 1 << 17, texts: 1 << 17, sets: 1 << 14 };
/** Marks that may come until it is asked again. */
const spareMarks = 1 << 16;

/** Whether so much was given a number that nobody holds any more that the numbers are worth giving out anew. */
export class Crowd {
  #above = crowds;

  constructor(private readonly marks: Marks) {}

  get isThere(): boolean {
    const { marks } = this;
    return marks.count > this.#above.marks || marks.texts.count > this.#above.texts || marks.sets.count > this.#above.sets;
  }

  /** Everything that has a number is held now: twice as much is a crowd. */
  note(): void {
    const { marks } = this;
    const most = markMax - spareMarks;
    this.#above = {
      marks: marks.count > most / 2 ? Math.max(most, marks.count + spareMarks) : Math.max(crowds.marks, 2 * marks.count),
      texts: Math.max(crowds.texts, 2 * marks.texts.count),
      sets: Math.max(crowds.sets, 2 * marks.sets.count),
    };
  }
}
