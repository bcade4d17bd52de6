import { DateTime } from 'luxon';
import { type Calendar, isOpen } from './calendar.js';

/** People who take turns. */
export interface Rota {
  readonly periodMs: number;
  /** Local time of the first handover, `2026-11-02T08:00`. */
  readonly start: string;
  readonly people: readonly string[];
  /** Only while this calendar is open, or closed. */
  readonly within: { readonly calendar: Calendar; readonly when: 'open' | 'closed' } | undefined;
}

/** Somebody in another's place, by local time. */
export interface Override {
  readonly from: string;
  readonly until: string;
  readonly person: string;
}

/** Who is on call: the first override that covers the instant, else the first rota. */
export interface Schedule {
  readonly timezone: string;
  readonly rotas: readonly Rota[];
  readonly overrides: readonly Override[];
}

/** The id of the person who is on call, `undefined` when it is nobody. Handovers are by local time, whatever summer time does. */
export function onCall(schedule: Schedule, at: number): string | undefined {
  const now = wallOf(DateTime.fromMillis(at, { zone: schedule.timezone }));
  const standIn = schedule.overrides.find(({ from, until }) => localWall(from) <= now && now < localWall(until));
  if (standIn) return standIn.person;
  for (const { start, periodMs, people, within } of schedule.rotas) {
    const turn = Math.floor((now - localWall(start)) / periodMs);
    if (turn >= 0 && (!within || isOpen(within.calendar, at) === (within.when === 'open'))) return people[turn % people.length];
  }
  return undefined;
}

/** What the clock on the wall shows, as milliseconds, so that a day always has 24 hours. */
function wallOf(local: DateTime): number {
  return local.setZone('utc', { keepLocalTime: true }).toMillis();
}

function localWall(text: string): number {
  return DateTime.fromISO(text, { zone: 'utc' }).toMillis();
}
