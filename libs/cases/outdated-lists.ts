import type { CaseAction } from '#libs/contracts/case-action.js';
import { type CaseEntry, countedOf, type Effect } from './timeline.js';

type ActionOf<Type extends CaseAction['type']> = Extract<CaseAction, { readonly type: Type }>;
type Outdated = ActionOf<'dossier.outdated'>;

/** What was frozen last of a controller, and in what the ledger differs from it as far as was said. */
export interface FrozenList {
  readonly frozen: ActionOf<'dossier.frozen'>;
  /** The first word that it differs; undefined while it is as it was. */
  readonly since: Outdated | undefined;
  /** The last word. */
  readonly last: Outdated | undefined;
}

/** The newest frozen list of each controller that some actions name, in their order. */
export function frozenLists(actions: readonly CaseAction[]): readonly FrozenList[] {
  const lists = new Map<string, FrozenList>();
  for (const action of actions) {
    if (action.type === 'dossier.frozen') lists.set(action.controller_id, { frozen: action, since: undefined, last: undefined });
    const list = action.type === 'dossier.outdated' ? lists.get(action.controller_id) : undefined;
    if (action.type !== 'dossier.outdated' || list?.frozen.snapshot_id !== action.snapshot_id) continue;
    lists.set(action.controller_id, { ...list, last: action, since: isOutdated(action) ? (list.since ?? action) : undefined });
  }
  return [...lists.values()];
}

export function isOutdated({ added, removed, changed }: Outdated): boolean {
  return added + removed + changed > 0;
}

/** It is about the newest list of its controller, and says something else than was said of it before. */
export function outdatedEffect(one: { readonly entries: readonly CaseEntry[] }, action: Outdated): Effect {
  const list = frozenLists(countedOf(one)).find(({ frozen }) => frozen.snapshot_id === action.snapshot_id);
  if (!list || list.frozen.controller_id !== action.controller_id) return 'superseded';
  const { added, removed, changed } = list.last ?? { added: 0, removed: 0, changed: 0 };
  return added === action.added && removed === action.removed && changed === action.changed ? 'repeated' : 'counted';
}

/** Lists of which it was said that the ledger has moved, and when that ended: frozen again, or as it was. Times are ISO. */
export function outdatedLists(
  actions: readonly CaseAction[],
): readonly { readonly outdated: Outdated; readonly endedAt: string | undefined }[] {
  const firsts = new Map<string, { readonly outdated: Outdated; readonly place: number }>();
  actions.forEach((action, place) => {
    if (action.type === 'dossier.outdated' && isOutdated(action) && !firsts.has(action.snapshot_id))
      firsts.set(action.snapshot_id, { outdated: action, place });
  });
  return [...firsts.values()].map(({ outdated, place }) => ({
    outdated,
    endedAt: actions.slice(place + 1).find((action) => ends(action, outdated))?.at,
  }));
}

function ends(action: CaseAction, { controller_id, snapshot_id }: Outdated): boolean {
  if (action.type === 'dossier.frozen') return action.controller_id === controller_id;
  return action.type === 'dossier.outdated' && action.snapshot_id === snapshot_id && !isOutdated(action);
}
