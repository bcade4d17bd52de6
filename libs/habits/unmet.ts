import { DayView } from './day-view.js';
import { nothingHonest } from './honest/honest-work.js';
import { noPeers } from './peers.js';
import type { HabitRule } from './seams.js';

/**
 * The smallest count of a rule, by its id among the rules of its subject, that is told where nobody has ever met it: what the prior makes of a habit
 * of none. `budget` as in `ViewParts`. Infinity for a rule that is not among them.
 */
export function leastUnmet(rules: readonly HabitRule[], id: string, budget: number): number {
  const view = new DayView({
    rules,
    step: 0,
    firstDay: 0,
    everybody: { staff: noPeers, newcomer: noPeers },
    roles: new Map(),
    roleNames: [],
    ruleDays: rules.map(() => 0),
    waiting: new Set(),
    since: [],
    honest: nothingHonest,
    roleSizes: new Map(),
    weekDays: 0,
    budget,
  });
  return view.leastWhereUnmet(rules.findIndex((one) => one.id === id));
}
