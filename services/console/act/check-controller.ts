import type { ControllerRegister } from '#libs/case-log/controller-register.js';
import type { CaseView } from '#libs/cases/case-book.js';
import { countedOf } from '#libs/cases/timeline.js';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import { type Answer, refused, unfit } from '../answer/answer.js';

type Named = Extract<CaseActionBody, { readonly controller_id: string }>;

export const registerAway = refused(
  503,
  'store_away',
  'the store that knows who answers for which clinic has not answered since this console began: ask again later',
);

export const foreignController = unfit('the case touches no clinic of this controller', 'controller_id');

/**
 * Something is said of a controller whose clinics the case touches. The scope of a list may be wider than the incidents: one may be frozen
 * of every controller of the group, and from then on the case is about that one too.
 */
export function wrongController({ row, state }: CaseView, register: ControllerRegister, body: Named): Answer | undefined {
  if (!register.isRead) return registerAway;
  const id = body.controller_id;
  if (row.controllers.includes(id)) return undefined;
  if (body.type === 'dossier.frozen' && register.names(row.group_id, id)) return undefined;
  if (countedOf(state).some((action) => action.type === 'dossier.frozen' && action.controller_id === id)) return undefined;
  return foreignController;
}

/** What the hospital's index made of a list is said of that list, where the case knows it. */
export function wrongResult({ state }: CaseView, body: Named & { type: 'dossier.resolution' }): Answer | undefined {
  const { snapshot_id: id, list_sha256, controller_id } = body;
  const list = countedOf(state).find((action) => action.type === 'dossier.frozen' && action.snapshot_id === id);
  if (list?.type !== 'dossier.frozen') return undefined;
  if (list.controller_id !== controller_id) return unfit('this list was frozen of another controller', 'controller_id');
  return list.list_sha256 === list_sha256
    ? undefined
    : unfit('this is not the digest with which the list was frozen', 'list_sha256');
}
