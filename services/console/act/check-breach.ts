import type { CaseView } from '#libs/cases/case-book.js';
import { countedOf } from '#libs/cases/timeline.js';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import { breachFacts } from '#libs/dossier/breach-facts.js';
import { type Check, checkAction } from '#libs/dossier/check-action.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { type Answer, refused } from '../answer/answer.js';

/** What does not fit what is known of a breach: instants that cannot be, a clock that ran out and no word why. */
export function wrongBreach(
  view: CaseView,
  body: CaseActionBody & { readonly controller_id: string },
  lengths: Lengths,
  now: number,
): Answer | undefined {
  const { refusal } = checked(view, body, lengths, now);
  return refusal && refused(422, 'unfit_action', refusal.reason, { field: refusal.field });
}

/** What its author should think about, though it holds; of a breach that was qualified. */
export function breachWarnings(view: CaseView, action: CaseActionBody, lengths: Lengths, now: number): readonly string[] {
  return action.type === 'breach.qualified' ? checked(view, action, lengths, now).warnings : [];
}

function checked(
  { row, state }: CaseView,
  body: CaseActionBody & { readonly controller_id: string },
  lengths: Lengths,
  now: number,
): Check {
  const { first_time, opened_at, acknowledged_at } = row;
  const machine = {
    firstTime: first_time,
    detectedAt: opened_at,
    firstToldAt: opened_at,
    acknowledgedAt: acknowledged_at ?? undefined,
  };
  // The clocks of NIS 2 are targets of whoever keeps the register; none of them makes a field mandatory here.
  const facts = breachFacts({ controller_id: body.controller_id, nis2: 'none' }, machine, countedOf(state));
  return checkAction(body, facts, lengths, now);
}
