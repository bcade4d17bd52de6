import { noSelections } from '../memory/selection-sets.js';
import type { Incident } from './incident.js';
import type { Match } from './match.js';
import type { Milliseconds } from '../scan/kinds.js';

/** Looks for the earliest access above `after`, not above `until`, that a selection takes; infinite without one. */
export type Earliest = (after: number, until: number, selection: number) => number;

/** The incident of a rule over rules begins with what its inner rules counted: those accesses are looked up as it fires. */
export function beginWith(incident: Incident, ruleId: string, earliest: Earliest): void {
  const match = incident.matches.get(ruleId);
  if (!match || match.innerMs === 0) return;
  const { windowFirst, innerMs, selection, begins } = match;
  match.begins = Math.min(begins, earliest(windowFirst - innerMs, windowFirst, selection));
  if (match.begins === begins) return;
  incident.times.changed();
  incident.firingStale = true;
}

/** An access that comes later may be one that they counted. Those between the incident's times change nothing of where it begins. */
export function reachBack(incident: Incident, time: Milliseconds, set: number): void {
  if (set === noSelections || time >= incident.coveredFrom) return;
  for (const match of reachedBy(incident, time, set)) {
    match.begins = time;
    incident.times.changed();
    incident.firingStale = true;
    incident.changed = true;
  }
}

/** Whether an access lies between its times, or makes it begin earlier. */
export function isWithin(incident: Incident, time: Milliseconds, set: number): boolean {
  if (set === noSelections || time > incident.lastTime) return false;
  return time >= incident.firstTime || reachedBy(incident, time, set).length > 0;
}

function reachedBy({ matches, sets }: Incident, time: Milliseconds, set: number): readonly Match[] {
  return [...matches.values()].filter(
    ({ innerMs, windowFirst, begins, selection }) =>
      innerMs > 0 && time < begins && time > windowFirst - innerMs && sets.has(set, selection),
  );
}
