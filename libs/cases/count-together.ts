import type { CaseAction } from '#libs/contracts/case-action.js';
import { type CaseState, countKey, patientsOf, standing } from './case-state.js';
import type { Effect } from './timeline.js';

type Counted = CaseAction & { readonly type: 'case.counted' };

/** A count is of the incidents that a case has. One that cannot be is of something else, and counts for nothing. */
export function countEffect(one: CaseState, { patients, counted }: Counted): Effect {
  const key = keyOf(counted);
  const last = one.counts.get(key);
  if (last?.patients === patients && counted.every((each) => last.each.get(each.incident_id) === each.patients))
    return 'repeated';
  const figures = counted.map((each) => each.patients);
  const isOne = patients >= Math.max(...figures) && patients <= figures.reduce((sum, figure) => sum + figure, 0);
  return isOne && key === countKey(standing(one).map(({ incident_id }) => incident_id)) ? 'counted' : 'superseded';
}

/** Nobody did anything: it goes on waiting as before. Later growth is measured against what there really was. */
export function takeCount(one: CaseState, { patients, counted }: Counted): void {
  one.counts.set(keyOf(counted), { patients, each: new Map(counted.map((each) => [each.incident_id, each.patients])) });
  one.base = { ...one.base, patients: Math.min(one.base.patients, patientsOf(one)) };
}

function keyOf(counted: Counted['counted']): string {
  return countKey(counted.map(({ incident_id }) => incident_id));
}
