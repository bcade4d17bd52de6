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
const dayMs = 24 * 60 * minuteMs;

export function isOpen(calendar: Calendar, at: number): boolean {
  return isOpenAt(calendar, DateTime.fromMillis(at, { zone: calendar.timezone }));
}

/** The first instant from `at` on at which it is open, milliseconds; `at` plus `daysMax` days, about, where there is none. */
export function nextOpen(calendar: Calendar, at: number): number {
  const today = DateTime.fromMillis(at, { zone: calendar.timezone });
  if (isOpenAt(calendar, today)) return at;
  // Days are counted as dates: what the clocks of the place say costs most, and only a day with hours needs it.
  const date = Date.UTC(today.year, today.month - 1, today.day);
  for (let days = 0; days <= daysMax; days += 1) {
    const day = new Date(date + days * dayMs);
    const hours = hoursOf(calendar, day);
    if (hours.length === 0) continue;
    const next = openingsOf(calendar, day, hours).find((opening) => opening >= at && isOpen(calendar, opening));
    if (next !== undefined) return next;
  }
  return today.plus({ days: daysMax }).toMillis();
}

function isOpenAt(calendar: Calendar, { year, month, day, hour, minute }: DateTime): boolean {
  const ofDay = hour * 60 + minute;
  return hoursOf(calendar, new Date(Date.UTC(year, month - 1, day))).some(({ from, until }) => from <= ofDay && ofDay < until);
}

/** When it may open on a day, in order. */
function openingsOf(calendar: Calendar, day: Date, hours: readonly Hours[]): readonly number[] {
  const [from, until] = [startOf(calendar, day), startOf(calendar, new Date(day.getTime() + dayMs))];
  const offsets = [from - 1, from, until].map((at) => DateTime.fromMillis(at, { zone: calendar.timezone }).offset);
  if (new Set(offsets).size === 1)
    return hours.map(({ from: minute }) => from + minute * minuteMs).toSorted((one, other) => one - other);
  // Where the clocks change, hours may begin in what is left out, or twice.
  return Array.from({ length: (until - from) / minuteMs }, (_, minute) => from + minute * minuteMs);
}

/** The first instant of a day by the clocks of the place, milliseconds. */
function startOf({ timezone: zone }: Calendar, day: Date): number {
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth() + 1];
  return DateTime.fromObject({ year, month, day: day.getUTCDate() }, { zone }).startOf('day').toMillis();
}

/** Of a date, as midnight of it in UTC. */
function hoursOf(calendar: Calendar, date: Date): readonly Hours[] {
  const day = date.toISOString().slice(0, 10);
  if (calendar.closed.includes(day) || (calendar.holidays && isHoliday(day, calendar.holidays))) return [];
  return calendar.open.get(date.getUTCDay() || 7) ?? [];
}
