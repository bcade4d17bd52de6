import type { Arrival } from '../incidents/opening.js';
import type { Firing } from '../judge/firing.js';
import type { EngineState } from '../state/engine-state.js';

/** Tells both books of an arrival: that of incidents, and that of what would be some without exceptions. */
export class TellBooks {
  constructor(private readonly state: EngineState) {}

  /** True when one of them needs what the windows no longer hold. */
  take(arrival: Arrival, firings: readonly Firing[]): boolean {
    const { incidents, suppressed, options } = this.state;
    const isTold = firings.every(raisesIncidents);
    const lacks = incidents.take(arrival, isTold ? firings : firings.filter(raisesIncidents));
    const lacksToo = suppressed.take(arrival, isTold ? none : firings.filter(isSuppressed));
    this.state.days?.days.noteTold(arrival.account);
    return (lacks || lacksToo) && !options.keepsAll;
  }
}

const none: readonly Firing[] = [];

function raisesIncidents({ rule }: Firing): boolean {
  return rule.raises === 'incident';
}
function isSuppressed({ rule }: Firing): boolean {
  return rule.raises === 'suppressed';
}
