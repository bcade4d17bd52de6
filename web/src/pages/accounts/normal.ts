import type { AccountDay, AccountHour } from './account-answer.js';

const dayMs = 86_400_000;

/** Every day from the first to the last, those without an access too. */
export function everyDay(firstDay: string, lastDay: string, days: readonly AccountDay[]): readonly AccountDay[] {
  const known = new Map(days.map((one) => [one.day, one]));
  const count = Math.round((Date.parse(lastDay) - Date.parse(firstDay)) / dayMs) + 1;
  return Array.from({ length: count }, (_, place) => {
    const day = new Date(Date.parse(firstDay) + place * dayMs).toISOString().slice(0, 10);
    return known.get(day) ?? { day, events: 0, patients: 0, clinics: 0 };
  });
}

/** What is usual on days on which it works, the last day left out; undefined where it has not worked before. */
export function usualDay(
  days: readonly AccountDay[],
  lastDay: string,
): { readonly median: number; readonly most: number } | undefined {
  const before = days
    .filter(({ day, events }) => day !== lastDay && events > 0)
    .map(({ patients }) => patients)
    .toSorted((one, other) => one - other);
  const most = before.at(-1);
  return most === undefined ? undefined : { median: before[Math.ceil(before.length / 2) - 1] ?? 0, most };
}

/** Each hour of the day: what the last day has, and the most of any day before. */
export function hourByHour(
  hours: readonly AccountHour[],
  lastDay: string,
): readonly { readonly hour: number; readonly now: number; readonly most: number }[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const all = hours.filter((one) => one.hour === hour);
    const now = all.find(({ day }) => day === lastDay)?.patients ?? 0;
    return { hour, now, most: Math.max(0, ...all.filter(({ day }) => day !== lastDay).map(({ patients }) => patients)) };
  });
}
