// act/: takes what a person does into the log, and says what became of it.
// What cannot be taken is refused before anything is written.

import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import { missingQualifications } from '#libs/cases/qualifications.js';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import type { ControllerRegister } from '#libs/case-log/controller-register.js';
import { type Answer, refused, unfit } from '../answer/answer.js';
import type { User } from '../users/users.js';
import type { CaseSight } from '../visible/case-sight.js';
import type { SeenCase } from '../visible/seen-case.js';
import { wrongBreach } from './check-breach.js';
import { foreignController, registerAway, wrongController, wrongResult } from './check-controller.js';

export interface CheckTools {
  readonly book: CaseBook;
  readonly register: ControllerRegister;
  readonly sight: CaseSight;
  readonly view: CaseView;
  readonly seen: SeenCase;
  readonly user: User;
  readonly now: number;
  readonly lengths: Lengths;
}

/** What a person may not say of a case whatever its status, as an answer; `undefined` when nothing speaks against it. */
export function wrongAction(tools: CheckTools, body: CaseActionBody): Answer | undefined {
  const { book, register, view, seen, now, lengths } = tools;
  const foreign = notTheirs(tools, body);
  if (foreign) return foreign;
  switch (body.type) {
    case 'case.held':
      return wrongHold(Date.parse(body.until) - now, book.policy.holdMsMax);
    case 'case.linked':
      return wrongLink(tools, body.incident_ids);
    case 'case.unlinked':
      return body.incident_id === view.row.case_id
        ? refused(422, 'first_incident', 'the first incident of a case cannot leave it: take the others out instead')
        : undefined;
    case 'case.resolved':
      return wrongResolution(view, seen, register, body);
    case 'breach.qualified':
      return wrongController(view, register, body) ?? wrongQualification(view, body) ?? wrongBreach(view, body, lengths, now);
    case 'breach.informed':
    case 'dossier.sent':
    case 'dossier.people_informed':
      return wrongController(view, register, body) ?? wrongBreach(view, body, lengths, now);
    case 'dossier.frozen':
    case 'dossier.answered':
      return wrongController(view, register, body);
    case 'dossier.resolution':
      return wrongController(view, register, body) ?? wrongResult(view, body);
    default:
      return undefined;
  }
}

function wrongHold(forMs: number, max: number): Answer | undefined {
  if (forMs > 0 && forMs <= max) return undefined;
  return refused(422, 'unfit_action', `until must lie ahead, by at most ${max / 86_400_000} days`, { field: 'until' });
}

/** Who sees some clinics acts on what is of them; what is not is answered as what is not there. */
function notTheirs({ seen, user, register }: CheckTools, body: CaseActionBody): Answer | undefined {
  if (user.clinics === undefined) return undefined;
  if ('controller_id' in body && register.isRead && !seen.row.controllers.includes(body.controller_id)) return foreignController;
  return body.type === 'case.unlinked' && !seen.has(body.incident_id)
    ? refused(422, 'unknown_incident', 'the incident to be taken out is not in the case, or not for you to see', {
        field: 'incident_id',
      })
    : undefined;
}

/** Who is told of a case, who sees it and who answers for it goes by its one group: of another group's incident nobody there would hear any more. */
function wrongLink({ book, view, sight, user, now }: CheckTools, ids: readonly string[]): Answer | undefined {
  // An id may lead to a case before its incident was ever told: by a merge, or by a link that was taken before.
  const known = ids.every((id) => sight.of(id, user, now)?.has(id));
  if (!known)
    return refused(422, 'unknown_incident', 'an incident to be linked is not known, or not for you to see', {
      field: 'incident_ids',
    });
  const isOurs = (id: string) => book.caseOf(id, now)?.state.members.get(id)?.change.group_id === view.row.group_id;
  return ids.every(isOurs)
    ? undefined
    : refused(
        422,
        'other_group',
        'an incident to be linked is of another hospital group: a case is of one, note the other case in it instead',
        {
          field: 'incident_ids',
        },
      );
}

function wrongResolution(
  view: CaseView,
  { row: { controllers } }: SeenCase,
  register: ControllerRegister,
  body: CaseActionBody & { type: 'case.resolved' },
): Answer | undefined {
  if (body.verdict !== 'true_positive' || body.not_qualified_reason !== undefined) return undefined;
  if (!register.isRead) return registerAway;
  const missing = missingQualifications(view);
  if (missing.length === 0) return undefined;
  return refused(
    422,
    'not_qualified',
    'a case found true is resolved once each controller that it touches was told whether it is a breach (breach.qualified), or with not_qualified_reason',
    { controllers: missing.filter((one) => controllers.includes(one)) },
  );
}

function wrongQualification({ row }: CaseView, body: CaseActionBody & { type: 'breach.qualified' }): Answer | undefined {
  if (body.is_breach && body.aware_at === undefined)
    return unfit('a breach has an instant at which the controller became aware of it', 'aware_at');
  if (!body.is_breach && body.aware_at !== undefined) return unfit('what is no breach starts no clock', 'aware_at');
  if (body.aware_at !== undefined && body.aware_at < row.first_time)
    return unfit('nobody was aware before the first access', 'aware_at');
  return undefined;
}
