// days/: what the days of accounts are known to hold: the largest count of each habit rule, how much is told, when a day became unusual.
// It keeps numbers, and asks the model of habits; windows are counted by others.

import type { Habits } from '#libs/habits/seams.js';
import { jsonText } from '../memory/texts.js';
import { quote } from '../scan/scan-text.js';
import type { Milliseconds } from '../scan/kinds.js';

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
  /** The one that was asked for last, with the group as it lies in the key of an account, up to the quote behind it. */
  readonly #last = { group: Buffer.alloc(0), of: { day: 0, start: 0, end: 0 } };

  constructor(private readonly habits: Pick<Habits, 'dayOf' | 'startOf'>) {}

  /** The day that the time lies in. */
  of(groupId: string, time: Milliseconds): CalendarDay {
    const found = this.#known.get(groupId)?.find(({ start, end }) => time >= start && time < end);
    return found ?? this.#note(groupId, this.habits.dayOf(groupId, time));
  }

  /** The day of the group of an account, by the bytes of its key, which begin with the group. */
  ofAccount(key: Uint8Array | undefined, time: Milliseconds): CalendarDay {
    const last = this.#last;
    if (key && time >= last.of.start && time < last.of.end && begins(key, last.group)) return last.of;
    const end = key?.indexOf(quote) ?? 0;
    const group = Buffer.from(key?.subarray(0, end + 1) ?? []);
    last.of = this.of(jsonText(group, 0, end), time);
    last.group = group;
    return last.of;
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

function begins(bytes: Uint8Array, beginning: Uint8Array): boolean {
  for (let i = 0; i < beginning.length; i += 1) if (bytes[i] !== beginning[i]) return false;
  return true;
}
