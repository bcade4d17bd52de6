import type { AccessRow } from '#libs/contracts/access-row.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { Outline } from '#libs/detection/rule/reach.js';

/** Rows in `(fromMs, toMs]`, of those up to the end of the outline no more than the outline asks for: what a history gives, and not a row more. */
export function askedRows(
  rows: readonly AccessRow[],
  { fromMs, toMs, outline }: { readonly fromMs: number; readonly toMs: number; readonly outline?: Outline | undefined },
  subject: SubjectKind = 'account',
): readonly AccessRow[] {
  const within = rows.filter((row) => timeOf(row) > fromMs && timeOf(row) <= toMs);
  if (!outline) return within;
  const lasts = new Set(
    outline.of.flatMap(({ matches }) =>
      lastOfEach(
        // One without account is nobody's access.
        within.filter((row) => timeOf(row) <= outline.toMs && row.actor_id !== '' && matches(row)),
        subject,
      ),
    ),
  );
  return within.filter((row) => timeOf(row) > outline.toMs || lasts.has(row));
}

function lastOfEach(rows: readonly AccessRow[], subject: SubjectKind): readonly AccessRow[] {
  const inOrder = rows.toSorted((a, b) => timeOf(a) - timeOf(b));
  return [
    ...new Map(
      inOrder.map((row) => [JSON.stringify([row.group_id, subject === 'account' ? row.actor_id : row[subject]]), row]),
    ).values(),
  ];
}

function timeOf({ time }: AccessRow): number {
  return Date.parse(time);
}
