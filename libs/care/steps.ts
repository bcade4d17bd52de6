// care/: who met which patient, and what that says of an access. Pure: no clock, no files, no log.
// The answer for an access is a function of its time and of the facts that are visible by then, in whatever order they came.

/** The grain of time: a fact is used from a step on, and an access lies in one. Milliseconds. */
export const stepMs = 600_000;

/** How long a fact needs at most to be read by every ingestor, milliseconds. An ingestor that is further behind must not stamp. */
export const slackMs = 300_000;

const dayMs = 86_400_000;
const stepsOfDay = dayMs / stepMs;

/**
 * How long a touch links its patient to others, steps: a weekend on which hardly anybody works lies within it. With three days, people who work off what
 * was done some days ago (coders, billing) met on a Monday strangers whom they meet on no other day.
 */
export const linkSteps = 5 * stepsOfDay;

/** How long before it begins a planned stay links, and how long after its end any does, steps. */
export const stayMarginSteps = 3 * stepsOfDay;

/** How far back accesses may lie, from the newest arrival, and be stamped: what was known then is held so long. Steps. */
export const heldSteps = 3 * stepsOfDay;

/** Days for which an account knows a patient, and over which clinics and networks are looked at. */
export const knownDays = 30;

/** How long facts are needed, milliseconds: own knowledge, what late accesses ask, and days of either end. */
export const factsMs = (knownDays + 1) * dayMs + (heldSteps + 1) * stepMs + dayMs;

export function stepOf(timeMs: number): number {
  return Math.floor(timeMs / stepMs);
}

/** The first step whose accesses know a fact of this time that came at `receivedMs`. */
export function visibleFrom(timeMs: number, receivedMs: number): number {
  return Math.ceil((Math.max(timeMs, receivedMs) + slackMs) / stepMs);
}
