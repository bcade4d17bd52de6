/** A stretch of event time, `(fromMs, toMs]`. */
export interface Slice {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows in each stretch of `stepMs` that has any: `(atMs, atMs + stepMs]`, in order. */
export type Spread = (slice: Slice, stepMs: number) => Promise<readonly { readonly atMs: number; readonly rows: number }[]>;

const dayMs = 86_400_000;
/** A stretch with too many rows is looked at again with the next shorter one. */
const finer: ReadonlyMap<number, number> = new Map([
  [dayMs, dayMs / 24],
  [dayMs / 24, 60_000],
]);

/** Cuts a stretch of history into slices of at most `rowsMax` rows, as far as whole minutes allow; stretches without rows are left out. */
export async function* slicesOf(whole: Slice, rowsMax: number, spread: Spread, stepMs = dayMs): AsyncGenerator<Slice> {
  let open: { fromMs: number; toMs: number; rows: number } | undefined;
  for (const { atMs, rows } of await spread(whole, stepMs)) {
    const fromMs = Math.max(whole.fromMs, atMs);
    const toMs = Math.min(whole.toMs, atMs + stepMs);
    if (open && open.rows + rows > rowsMax) {
      yield { fromMs: open.fromMs, toMs: open.toMs };
      open = undefined;
    }
    const next = finer.get(stepMs);
    if (rows > rowsMax && next !== undefined) yield* slicesOf({ fromMs, toMs }, rowsMax, spread, next);
    else if (open) [open.toMs, open.rows] = [toMs, open.rows + rows];
    else open = { fromMs, toMs, rows };
  }
  if (open) yield { fromMs: open.fromMs, toMs: open.toMs };
}
