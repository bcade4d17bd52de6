import type { z } from 'zod';
import type { EngineState } from '../state/engine-state.js';
import type { header } from './snapshot-format.js';

/** Selections that incidents hold. */
export function neededIds(state: EngineState): string[] {
  const needed = new Set<number>();
  for (const kind of ['incidents', 'suppressed'] as const)
    for (const list of state[kind].byAccount.values())
      for (const { matches, firedSet } of list) {
        for (const one of state.marks.sets.members(firedSet)) needed.add(one);
        for (const { selection, exceptions } of matches.values())
          for (const one of [selection, ...exceptions.map((exception) => exception.selection)]) needed.add(one);
      }
  return state.compiled.selectionIds.filter((_, number) => needed.has(number));
}

/** What these selections mean; one that brings no tree is forgotten when no rule has it. */
export function conditionsOf(
  { compiled, former }: EngineState,
  needed: ReadonlySet<string>,
): z.infer<typeof header>['conditions'] {
  const known = [...compiled.live, ...former.known].map(({ selection }) => selection);
  return known.flatMap(({ id, tree }) => (tree && needed.has(id) ? [{ id, condition: tree }] : []));
}
