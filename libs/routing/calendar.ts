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

export function isOpen(calendar: Calendar, at: number): boolean {
  const local = DateTime.fromMillis(at, { zone: calendar.timezone });
  const minute = local.hour * 60 + local.minute;
  return hoursOf(calendar, local).some(({ from, until }) => from <= minute && minute < until);
}

/** The first instant from `at` on at which it is open, milliseconds; `at` plus `daysMax` days where there is none. */
export function nextOpen(calendar: Calendar, at: number): number {
  if (isOpen(calendar, at)) return at;
  const today = DateTime.fromMillis(at, { zone: calendar.timezone }).startOf('day');
  for (let days = 0; days <= daysMax; days += 1) {
    const day = today.plus({ days });
    const starts = hoursOf(calendar, day).map(({ from }) =>
      day.set({ hour: Math.floor(from / 60), minute: from % 60 }).toMillis(),
    );
    const next = starts.toSorted((one, other) => one - other).find((start) => start >= at);
    if (next !== undefined) return next;
  }
  return today.plus({ days: daysMax }).toMillis();
}

function hoursOf(calendar: Calendar, local: DateTime): readonly Hours[] {
  const day = local.toISODate() ?? '';
  if (calendar.closed.includes(day) || (calendar.holidays && isHoliday(day, calendar.holidays))) return [];
  return calendar.open.get(local.weekday) ?? [];
}
