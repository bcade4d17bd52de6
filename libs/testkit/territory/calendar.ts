import { instantOf, localDayOf, weekdayOf } from '../hospital/local-time.js';

/** Wednesday, 18 March 2026: the clocks go forward in the night to the twelfth day, and the twentieth is Easter Monday. */
export const startMs = Date.UTC(2026, 2, 17, 23);
const firstDay = localDayOf(startMs);
const easterMonday = localDayOf(Date.UTC(2026, 3, 6, 12)) - firstDay;

export function instantAt(day: number, hours: number): number {
  return instantOf(firstDay + day, hours);
}

/** 0 is Monday. */
export function weekday(day: number): number {
  return weekdayOf(firstDay + day);
}

export function isDayOff(day: number): boolean {
  return weekday(day) >= 5 || day === easterMonday;
}
