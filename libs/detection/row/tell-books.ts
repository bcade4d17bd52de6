import type { Arrival } from '../incidents/incident-seams.js';
import type { Firing } from '../judge/firing.js';
import type { EngineState } from '../state/engine-state.js';

/** Tells both books of an arrival: that of incidents, and that of what would be some without exceptions. */
export class TellBooks {
  constructor(private readonly state: EngineState) {}

  /** True when one of them needs what the windows no longer hold. */
  take(arrival: Arrival, firings: readonly Firing[]): boolean {
    const { incidents, suppressed, options } = this.state;
    const lacks = incidents.take(arrival, raising(firings, 'incident'));
    const lacksToo = suppressed.take(arrival, raising(firings, 'suppressed'));
    this.state.days?.days.noteTold(arrival.account);
    return (lacks || lacksToo) && !options.keepsAll;
  }
}

function raising(firings: readonly Firing[], raises: 'incident' | 'suppressed'): readonly Firing[] {
  return firings.length === 0 ? firings : firings.filter(({ rule }) => rule.raises === raises);
}
