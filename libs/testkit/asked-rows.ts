import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Outline } from '#libs/detection/rule/reach.js';

/** Rows in `(fromMs, toMs]`, of those up to the end of the outline no more than the outline asks for: what a history gives, and not a row more. */
export function askedRows(
  rows: readonly AccessRow[],
  { fromMs, toMs, outline }: { readonly fromMs: number; readonly toMs: number; readonly outline?: Outline | undefined },
): readonly AccessRow[] {
  const within = rows.filter((row) => timeOf(row) > fromMs && timeOf(row) <= toMs);
  if (!outline) return within;
  const lasts = new Set(
    outline.of.flatMap(({ matches }) => lastOfEach(within.filter((row) => timeOf(row) <= outline.toMs && matches(row)))),
  );
  return within.filter((row) => timeOf(row) > outline.toMs || lasts.has(row));
}

function lastOfEach(rows: readonly AccessRow[]): readonly AccessRow[] {
  const inOrder = rows.toSorted((a, b) => timeOf(a) - timeOf(b));
  return [...new Map(inOrder.map((row) => [JSON.stringify([row.group_id, row.actor_id]), row])).values()];
}

function timeOf({ time }: AccessRow): number {
  return Date.parse(time);
}
