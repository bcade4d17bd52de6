import type { z } from 'zod';
import type { EngineState } from '../state/engine-state.js';
import { entryWords, markOf } from '../memory/entry.js';
import type { header } from './snapshot-format.js';

/** Every mark that was given out. */
export function allMarks({ marks }: EngineState): readonly number[] {
  return Array.from({ length: marks.count }, (_, mark) => mark);
}

/** Marks that an entry or an incident has; others were given out and are remembered by nobody. */
export function marksInUse(state: EngineState): readonly number[] {
  const { marks, windows } = state;
  const { accounts, index, main } = windows;
  const used = new Uint8Array(marks.count);
  for (let account = 1; account < accounts.end; account += 1) {
    const ledger = index.mainOf(account);
    if (!ledger) continue;
    const entries = main.store.slice(ledger);
    for (let word = 0; word < entries.length; word += entryWords) used[markOf(entries, word)] = 1;
  }
  for (const kind of ['incidents', 'suppressed'] as const)
    for (const list of state[kind].byAccount.values())
      for (const one of list) for (const mark of one.marks.keys()) used[mark] = 1;
  return allMarks(state).filter((mark) => used[mark] === 1);
}

/** These marks, and the clinics that they name. */
export function dumpOf({ marks }: EngineState, numbers: readonly number[]): z.infer<typeof header>['marks'] {
  const clinics = new Map<number, number>();
  const places = numbers.map((mark) => {
    const clinic = marks.clinicOf(mark);
    const place = clinics.get(clinic) ?? clinics.size;
    clinics.set(clinic, place);
    return place;
  });
  return {
    texts: [...clinics.keys()].map((clinic) => marks.texts.text(clinic)),
    numbers: [...numbers],
    clinics: places,
    masks: numbers.map((mark) => marks.maskOf(mark)),
    sets: numbers.map((mark) => marks.setOf(mark)),
    late: numbers.map((mark) => marks.lateOf(mark)),
  };
}
