import type { CaseBook } from '#libs/cases/case-book.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { deadlineSends } from './deadline-plan.js';
import { type Line, linesOf, type Plan, planOf, type PlanOptions } from './plan.js';

export interface GroupPlan extends Plan {
  readonly lines: readonly Line[];
}

/** Everything that is to be told of the cases that an id is connected with, as they stand at `now`: of what happens to them, and of their clocks. */
export function planOfGroup(
  book: CaseBook,
  id: string,
  now: number,
  options: PlanOptions & { readonly lengths: Lengths },
): GroupPlan {
  const { until } = options;
  const lines = linesOf(book, id, now);
  const plan = planOf(lines, options);
  const views = [...new Set(lines.map(({ row }) => row.case_id))].flatMap((caseId) => book.caseOf(caseId, now) ?? []);
  const standing = [...new Map(views.map((view) => [view.row.case_id, view])).values()];
  const clocks = standing.flatMap((view) => deadlineSends(view, lines, { ...options, controllers: book.policy.controllers }));
  const sends = [...plan.sends, ...clocks].toSorted((one, other) => one.at - other.at);
  const later = clocks.flatMap(({ at }) => (at > until ? at : []));
  return { ...plan, lines, sends, nextAt: later.reduce((first, at) => Math.min(first, at), plan.nextAt) };
}
