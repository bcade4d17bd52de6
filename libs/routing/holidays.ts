import { DateTime } from 'luxon';

/** Public holidays that a calendar can keep: of France (Code du travail, L3133-1), and with those of Alsace and Moselle (L3134-13). */
export const holidaySets = ['FR', 'FR-alsace-moselle'] as const;
export type HolidaySet = (typeof holidaySets)[number];

const fixed = ['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11', '12-25'];

/** Days after Easter Sunday: Easter Monday, Ascension, Whit Monday. */
const moving = [1, 39, 50];

/** `2026-04-05`: by the algorithm of Meeus, Jones and Butcher for the Gregorian calendar. */
export function easterOf(year: number): DateTime {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  return DateTime.utc(year, month, ((h + l - 7 * m + 114) % 31) + 1);
}

/** Whether a day (`2026-12-25`) is one of the set. */
export function isHoliday(day: string, set: HolidaySet): boolean {
  const easter = easterOf(Number(day.slice(0, 4)));
  const alsace = set === 'FR-alsace-moselle';
  if (fixed.includes(day.slice(5)) || (alsace && day.endsWith('-12-26'))) return true;
  return [...moving, ...(alsace ? [-2] : [])].some((days) => easter.plus({ days }).toISODate() === day);
}
