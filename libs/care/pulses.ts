import type { Moment } from './moment.js';

/** An access is late that others can know of only so many steps after its own, and a group is quiet of which nothing is known of as many. */
export const quietSteps = 6;

/**
 * In which steps anything was known of a group in time: what tells a single access that comes late, of whose time all else is known, from those of an
 * outage, of which each comes late.
 */
export class Pulses {
  /** By group and step: the first step in which a touch of it is visible. */
  readonly #groups = new Map<string, Map<number, number>>();
  /** Of which a pulse is known: rows of one group and time follow each other. */
  #groupId = '';
  #moment: Moment | undefined;

  take(groupId: string, step: number, visible: number): void {
    const steps = this.#groups.get(groupId) ?? new Map<number, number>();
    this.#groups.set(groupId, steps);
    const known = steps.get(step);
    if (known === undefined || visible < known) steps.set(step, visible);
  }

  /** Whether a touch of that moment says nothing of the group that is not known. Nobody asks for what lies long before `lowest`. */
  knows(groupId: string, moment: Moment, lowest: number): boolean {
    if (this.#moment === moment && this.#groupId === groupId) return true;
    const { step, visible } = moment;
    const known = this.#groups.get(groupId)?.get(step);
    if (step >= lowest - quietSteps && (known === undefined || known > visible)) return false;
    this.#moment = moment;
    this.#groupId = groupId;
    return true;
  }

  /** Whether an access of a step can know what the hour before it was like: touches of that hour were visible by then. */
  isAlive(groupId: string, step: number): boolean {
    const steps = this.#groups.get(groupId);
    if (!steps) return false;
    for (let at = step; at >= step - quietSteps; at -= 1) {
      const visible = steps.get(at);
      if (visible !== undefined && visible <= step) return true;
    }
    return false;
  }

  forget(lowest: number): void {
    for (const [group, steps] of this.#groups) {
      for (const step of steps.keys()) if (step < lowest - quietSteps) steps.delete(step);
      if (steps.size === 0) this.#groups.delete(group);
    }
  }
}
