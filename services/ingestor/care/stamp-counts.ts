import { careLinks } from '#libs/contracts/vocabulary.js';

/** How rows are counted: by their link, in the numbers of stamps, `unknown` first. */
export const stampedAs = ['unknown', ...careLinks, 'no_patient'] as const;
export type StampedAs = (typeof stampedAs)[number];

/** How many rows were stamped how. */
export class StampCounts {
  readonly #counts = new Float64Array(stampedAs.length);

  add(as: StampedAs): void {
    this.addLink(stampedAs.indexOf(as));
  }

  /** `link`: its place in `stampedAs`. */
  addLink(link: number): void {
    this.#counts[link] = (this.#counts[link] ?? 0) + 1;
  }

  /** Tells what there is and begins anew. */
  take(tell: (as: StampedAs, count: number) => void): void {
    for (const [place, as] of stampedAs.entries()) {
      const count = this.#counts[place] ?? 0;
      if (count > 0) tell(as, count);
    }
    this.#counts.fill(0);
  }
}
