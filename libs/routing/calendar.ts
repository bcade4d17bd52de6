import { DateTime } from 'luxon';
import { type HolidaySet, isHoliday } from './holidays.js';

/** Minutes of a local day: from, inclusive, and until, exclusive. */
export interface Hours {
  readonly from: number;
  readonly until: number;
}

/** When a place is open, by its own clocks. */
export interface Calendar {
  readonly timezone: string;
  readonly holidays: HolidaySet | undefined;
  /** Further days on which it is closed, `2026-12-24`. */
  readonly closed: readonly string[];
  /** By ISO weekday, Monday is 1. */
  readonly open: ReadonlyMap<number, readonly Hours[]>;
}

/** How far ahead an opening is looked for. */
const daysMax = 400;

const minuteMs = 60_000;

export function isOpen(calendar: Calendar, at: number): boolean {
  const local = DateTime.fromMillis(at, { zone: calendar.timezone });
  const minute = local.hour * 60 + local.minute;
  return hoursOf(calendar, local).some(({ from, until }) => from <= minute && minute < until);
}

/** The first instant from `at` on at which it is open, milliseconds; `at` plus `daysMax` days, about, where there is none. */
export function nextOpen(calendar: Calendar, at: number): number {
  if (isOpen(calendar, at)) return at;
  const today = DateTime.fromMillis(at, { zone: calendar.timezone });
  for (let days = 0; days <= daysMax; days += 1) {
    const day = today.plus({ days });
    if (hoursOf(calendar, day).length === 0) continue;
    const next = openingsOf(calendar, day.startOf('day')).find((opening) => opening >= at && isOpen(calendar, opening));
    if (next !== undefined) return next;
  }
  return today.plus({ days: daysMax }).toMillis();
}

/** When it may open on a day, in order. */
function openingsOf(calendar: Calendar, day: DateTime): readonly number[] {
  const hours = hoursOf(calendar, day);
  const [from, until] = [day.toMillis(), day.plus({ days: 1 }).startOf('day').toMillis()];
  const offsets = [from - 1, from, until].map((at) => DateTime.fromMillis(at, { zone: calendar.timezone }).offset);
  if (new Set(offsets).size === 1)
    return hours.map(({ from: minute }) => from + minute * minuteMs).toSorted((one, other) => one - other);
  // Where the clocks change, hours may begin in what is left out, or twice.
  return Array.from({ length: (until - from) / minuteMs }, (_, minute) => from + minute * minuteMs);
}

function hoursOf(calendar: Calendar, local: DateTime): readonly Hours[] {
  const day = local.toISODate() ?? '';
  if (calendar.closed.includes(day) || (calendar.holidays && isHoliday(day, calendar.holidays))) return [];
  return calendar.open.get(local.weekday) ?? [];
}
