/** The same as an automaton over the same words, without tables: for a few short words, which is what an event with one patient has. */
export interface WordFinder {
  /**
   * Reads the text and says at every unit which words end there, the longest first, until `take` answers true. `end` is the index after the
   * last unit.
   */
  find(text: readonly number[], take: (word: number, end: number) => boolean): void;
}

/** So many units of words are compared at one unit of a text at most: time stays that of reading it, whatever the text repeats. */
export const fewUnitsMax = 128;
export const fewWordsMax = 4;

export class FewWords implements WordFinder {
  /** Of two equal words the first, the longest first. */
  readonly #order: readonly number[];

  constructor(private readonly words: readonly (readonly number[])[]) {
    const first = words.flatMap((word, index) =>
      word.length > 0 && words.findIndex((other) => isSame(other, word)) === index ? [index] : [],
    );
    this.#order = first.toSorted((a, b) => (words[b]?.length ?? 0) - (words[a]?.length ?? 0));
  }

  find(text: readonly number[], take: (word: number, end: number) => boolean): void {
    for (let end = 1; end <= text.length; end += 1)
      for (const index of this.#order) if (endsAt(text, end, this.words[index] ?? []) && take(index, end)) break;
  }
}

function endsAt(text: readonly number[], end: number, word: readonly number[]): boolean {
  let at = word.length - 1;
  const from = end - word.length;
  if (from < 0) return false;
  while (at >= 0 && text[from + at] === word[at]) at -= 1;
  return at < 0;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && endsAt(a, a.length, b);
}
