// days/: what the days of accounts are known to hold: the largest count of each habit rule, how much is told, when a day became unusual.
// It keeps numbers, and asks the model of habits; windows are counted by others.

import type { Habits } from '#libs/habits/seams.js';

/** A day of a group's calendar: milliseconds since 1970, the end exclusive. */
export interface CalendarDay {
  readonly day: number;
  readonly start: number;
  readonly end: number;
}

/** Days that are remembered of a group. */
const rememberedDays = 16;

/** The days of groups, so that the model is asked once for each. */
export class Calendar {
  readonly #known = new Map<string, CalendarDay[]>();

  constructor(private readonly habits: Pick<Habits, 'dayOf' | 'startOf'>) {}

  /** The day that the time lies in. */
  of(groupId: string, time: number): CalendarDay {
    const found = this.#known.get(groupId)?.find(({ start, end }) => time >= start && time < end);
    return found ?? this.#note(groupId, this.habits.dayOf(groupId, time));
  }

  /** The day of this number. */
  day(groupId: string, day: number): CalendarDay {
    return this.#known.get(groupId)?.find((one) => one.day === day) ?? this.#note(groupId, day);
  }

  #note(groupId: string, day: number): CalendarDay {
    const known = this.#known.get(groupId) ?? [];
    const made = { day, start: this.habits.startOf(groupId, day), end: this.habits.startOf(groupId, day + 1) };
    if (known.length === rememberedDays) known.shift();
    known.push(made);
    this.#known.set(groupId, known);
    return made;
  }
}
