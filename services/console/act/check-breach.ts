import type { CaseView } from '#libs/cases/case-book.js';
import { countedOf } from '#libs/cases/timeline.js';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import { breachFacts } from '#libs/dossier/breach-facts.js';
import { checkAction } from '#libs/dossier/check-action.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { type Answer, refused } from '../answer/answer.js';

/** What does not fit what is known of a breach: instants that cannot be, a clock that ran out and no word why. */
export function wrongBreach(
  { row, state }: CaseView,
  body: CaseActionBody & { readonly controller_id: string },
  lengths: Lengths,
  now: number,
): Answer | undefined {
  const { first_time, opened_at, acknowledged_at } = row;
  const machine = { firstTime: first_time, detectedAt: opened_at, firstToldAt: opened_at, acknowledgedAt: acknowledged_at ?? undefined };
  // The clocks of NIS 2 are targets of whoever keeps the register; none of them makes a field mandatory here.
  const facts = breachFacts({ controller_id: body.controller_id, nis2: 'none' }, machine, countedOf(state));
  const { refusal } = checkAction(body, facts, lengths, now);
  return refusal && refused(422, 'unfit_action', refusal.reason, { field: refusal.field });
} // prettier-ignore
