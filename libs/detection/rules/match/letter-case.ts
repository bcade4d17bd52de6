/** Code points from first to last, both included. */
export type Range = readonly [number, number];

export function rangeOf(char: string): Range {
  const point = char.codePointAt(0) ?? 0;
  return [point, point];
}

/** A character with its upper and lower case, where each is one character; an ASCII letter has only ASCII variants. */
export function caseRanges(char: string): readonly Range[] {
  const lower = char.toLowerCase();
  const upper = char.toUpperCase();
  const variants = [char, lower, upper, lower.toUpperCase(), upper.toLowerCase()].filter(
    (variant) => Array.from(variant).length === 1,
  );
  return [...new Set(variants)].toSorted().map(rangeOf);
}

/** Wider ranges of letters are not taken apart. */
const pointsMax = 4_096;

/** The ranges with the other case of every letter in them; undefined where one is too wide. */
export function withoutCase(ranges: readonly Range[]): readonly Range[] | undefined {
  if (ranges.some(([first, last]) => last - first > pointsMax)) return undefined;
  const points = new Set<number>();
  for (const [first, last] of ranges)
    for (let point = first; point <= last; point += 1)
      for (const [variant] of caseRanges(String.fromCodePoint(point))) points.add(variant);
  const joined: [number, number][] = [];
  for (const point of [...points].toSorted((a, b) => a - b)) {
    const last = joined.at(-1);
    if (last?.[1] === point - 1) last[1] = point;
    else joined.push([point, point]);
  }
  return joined;
}
