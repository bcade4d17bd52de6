import { useCallback, useMemo, useState } from 'react';
import type { SeenRow } from '#libs/contracts/seen-case.js';

const statuses = ['new', 'acknowledged', 'on_hold', 'resolved'] as const;
const levels = ['critical', 'high', 'medium', 'low', 'informational'] as const;

/** First what nobody has taken, then by level, then by patients: what must be looked at first stands first. */
export function inOrder(rows: readonly SeenRow[]): readonly SeenRow[] {
  return rows.toSorted((one, other) => {
    const byStatus = statuses.indexOf(one.status) - statuses.indexOf(other.status);
    return byStatus || levels.indexOf(one.level) - levels.indexOf(other.level) || patientsOf(other) - patientsOf(one);
  });
}

/** What is of other clinics too may be any number: it stands before what is known. */
function patientsOf({ patients }: SeenRow): number {
  return patients ?? Number.MAX_SAFE_INTEGER;
}

/**
 * Rows that stand still: figures change in their places, and what came since waits until it is asked for. Where nothing stands yet, what comes is
 * shown at once: there is nothing that could move.
 */
export function useSteadyRows(rows: readonly SeenRow[]) {
  const [order, setOrder] = useState(() => inOrder(rows).map(({ case_id: id }) => id));
  const byId = useMemo(() => new Map(rows.map((row) => [row.case_id, row])), [rows]);
  const shown = order.flatMap((id) => byId.get(id) ?? []);
  const fresh = useMemo(() => inOrder(rows.filter(({ case_id: id }) => !order.includes(id))), [rows, order]);
  const show = useCallback(() => setOrder(inOrder(rows).map(({ case_id: id }) => id)), [rows]);
  if (shown.length === 0 && fresh.length > 0) show();
  return { shown, fresh, show };
}
