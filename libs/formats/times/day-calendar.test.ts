import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DateTime } from 'luxon';
import { DayCalendar } from './day-calendar.js';

const seed = 20_261_129;
const dayMs = 86_400_000;
/** Clocks are set at three, at midnight, and by half an hour. */
const zones = ['Europe/Paris', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];

describe('the days of a zone', () => {
  it(`are those of its calendar, in whatever order they are asked for (seed ${seed})`, () => {
    const time = fc.noBias(fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) }));
    fc.assert(fc.property(fc.constantFrom(...zones), fc.array(time, { minLength: 1, maxLength: 400 }), compare), {
      seed,
      numRuns: 40,
    });
  });

  it('are 23 and 25 hours long where clocks are set', () => {
    const calendar = new DayCalendar('Europe/Paris');
    const hoursOf = (year: number, month: number, day: number): number => {
      const number = Date.UTC(year, month - 1, day) / dayMs;
      return (calendar.startOf(number + 1) - calendar.startOf(number)) / 3_600_000;
    };
    expect([hoursOf(2026, 3, 29), hoursOf(2026, 10, 25), hoursOf(2026, 7, 1)]).toEqual([23, 25, 24]);
  });

  it('are of no zone that nobody knows', () => {
    expect(() => new DayCalendar('Europe/Nowhere')).toThrow(/"Europe\/Nowhere" is no time zone/);
  });
});

/** With what luxon says of each time by itself. */
function compare(zone: string, times: readonly number[]): void {
  const calendar = new DayCalendar(zone);
  for (const timeMs of times) {
    const there = DateTime.fromMillis(timeMs, { zone });
    const day = Math.floor(Date.UTC(there.year, there.month - 1, there.day) / dayMs);
    expect([calendar.dayOf(timeMs), calendar.startOf(day)]).toEqual([day, there.startOf('day').toMillis()]);
  }
}
