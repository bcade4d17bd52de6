import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';

/** What each action of the console itself says beside its own: the case, who acts, when, and what had been seen of the case by then. */
export function bySystem({ book, clock }: { readonly book: CaseBook; readonly clock: Clock }, { row }: CaseView) {
  const { case_id, group_id, actor_id, version } = row;
  return {
    case_id,
    group_id,
    actor_id,
    by: 'system',
    via: 'system',
    at: isoOf(clock.now()),
    seen_version: version,
    seen_incidents: book.seenBy([case_id], clock.now()),
  } as const;
}
