import type { Calendar } from '#libs/formats/times/day-calendar.js';
import { knownDays, linkSteps, stepMs } from './steps.js';

/** What a touch of one step that becomes visible in another says when: steps, and days of the calendar. */
export class Moment {
  /** The day of the step, and the first that may know of it: a later one than that in which it becomes visible, so that a day is the same to its end. */
  readonly day: number;
  readonly usable: number;
  /** It links from `visible` on until here. */
  readonly linkUntil: number;
  /** Its account knows the patient from the midnight after the step on, as soon as it is visible, for thirty days. */
  readonly ownFrom: number;
  readonly ownUntil: number;

  constructor(
    calendar: Calendar,
    readonly step: number,
    readonly visible: number,
  ) {
    this.day = calendar.dayOf(step * stepMs);
    this.usable = Math.max(this.day, calendar.dayOf(visible * stepMs)) + 1;
    this.linkUntil = step + linkSteps;
    this.ownFrom = Math.max(Math.ceil(calendar.startOf(this.day + 1) / stepMs), visible);
    this.ownUntil = Math.ceil(calendar.startOf(this.day + 1 + knownDays) / stepMs);
  }
}
