import { useCallback, useMemo, useState } from 'react';
import type { SeenRow } from '#libs/contracts/seen-case.js';

/**
 * Rows, as the console has put them in order, that stand still: figures change in their places, and what came since waits until it is asked for. Where nothing stands yet, what comes is
 * shown at once: there is nothing that could move.
 */
export function useSteadyRows(rows: readonly SeenRow[]) {
  const [order, setOrder] = useState(() => rows.map(({ case_id: id }) => id));
  const byId = useMemo(() => new Map(rows.map((row) => [row.case_id, row])), [rows]);
  const shown = order.flatMap((id) => byId.get(id) ?? []);
  const fresh = useMemo(() => rows.filter(({ case_id: id }) => !order.includes(id)), [rows, order]);
  const show = useCallback(() => setOrder(rows.map(({ case_id: id }) => id)), [rows]);
  if (shown.length === 0 && fresh.length > 0) show();
  return { shown, fresh, show };
}
