/**
 * The hospital lives by the clock on its wall: Central European Time with the summer time of Directive 2000/84/EC (last Sunday of March
 * to last Sunday of October, 01:00 UTC). Worked out here, because the time zone data of machines differ.
 */
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** From when to when a year has summer time. Milliseconds since 1970, the end not included. */
interface Summer {
  readonly from: number;
  readonly until: number;
}

/** Asked for every event, of a year or two: it is worked out once a year. */
const summers = new Map<number, Summer>();

/** Milliseconds that local time is ahead of UTC. */
export function offsetMsAt(utcMs: number): number {
  const { from, until } = summerOf(new Date(utcMs).getUTCFullYear());
  return utcMs >= from && utcMs < until ? 2 * hourMs : hourMs;
}

function summerOf(year: number): Summer {
  const known = summers.get(year);
  if (known) return known;
  const summer = { from: lastSundayMs(year, 2), until: lastSundayMs(year, 9) };
  summers.set(year, summer);
  return summer;
}

function lastSundayMs(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month + 1, 0));
  return last.getTime() - last.getUTCDay() * dayMs + hourMs;
}

/** Days are numbered from 1970-01-01 by the local calendar. */
export function localDayOf(utcMs: number): number {
  return Math.floor((utcMs + offsetMsAt(utcMs)) / dayMs);
}

/** The instant at which the clock on the wall shows this hour (fractions allowed, more than 24 for the next day) of a local day. */
export function instantOf(day: number, hour: number): number {
  const wall = day * dayMs + Math.round(hour * hourMs);
  return wall - offsetMsAt(wall - hourMs);
}

/** Hour of the local day, with its fraction. */
export function hourOf(utcMs: number): number {
  return ((utcMs + offsetMsAt(utcMs)) % dayMs) / hourMs;
}

/** 0 is Monday. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (day + 3) % 7;
}

export function isWeekend(day: number): boolean {
  return weekdayOf(day) >= 5;
}

/** Weeks begin on Monday. */
export function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}
