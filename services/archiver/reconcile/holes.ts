// reconcile/: compares the ledger with the log's own offsets, and samples with what is there; a hole is read again.
// It stores nothing itself.

/** A range of offsets, both ends included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * Which offsets from `from` (included) to `to` (excluded) no range covers, in order. Ranges may overlap: the same frames are stored in
 * other batches after a restart or when a range was read again.
 */
export function holesIn(ranges: readonly Range[], from: number, to: number): readonly Range[] {
  const holes: Range[] = [];
  let next = from;
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    if (first >= to) break;
    if (first > next) holes.push({ first: next, last: first - 1 });
    next = Math.max(next, last + 1);
  }
  if (next < to) holes.push({ first: next, last: to - 1 });
  return holes;
}
