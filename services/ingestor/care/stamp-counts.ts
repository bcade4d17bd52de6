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

  /** What there is since the last time, none that is zero; and begins anew. */
  take(): readonly (readonly [StampedAs, number])[] {
    const counted = stampedAs.map((as, place) => [as, this.#counts[place] ?? 0] as const);
    this.#counts.fill(0);
    return counted.filter(([, count]) => count > 0);
  }
}
