import type { CaseView } from './case-book.js';
import { countedOf } from './timeline.js';

/** The controllers that a case touches and of which nobody has said yet whether it is a breach. */
export function missingQualifications({ row, state }: CaseView): readonly string[] {
  const qualified = new Set(
    countedOf(state).flatMap((action) => (action.type === 'breach.qualified' ? action.controller_id : [])),
  );
  return row.controllers.filter((controller) => !qualified.has(controller));
}
