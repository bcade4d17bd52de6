import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { timeMsMax, timeMsMin } from './limits.js';
import { isIsoText, isoText, parseTime } from './time.js';

describe('the time of an event', () => {
  it.each([
    ['2024-11-19T08:12:03.120Z', '2024-11-19T08:12:03.120Z'],
    ['2024-11-19T09:12:03+01:00', '2024-11-19T08:12:03.000Z'],
    ['2024-11-19 03:12-0500', '2024-11-19T08:12:00.000Z'],
    ['2024-11-19t08:12:03z', undefined],
    [' 2024-11-19T08:12:03,123456789Z ', '2024-11-19T08:12:03.123Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2023-02-29T00:00:00Z', undefined],
    ['2024-11-19T24:00:00Z', undefined],
    ['2024-11-19T08:12:03+15:00', undefined],
    ['2024-11-19T08:12:03', undefined],
    ['1969-12-31T23:59:59.999Z', undefined],
    ['2200-01-01T00:00:00Z', undefined],
    ['2199-12-31T23:59:59.999Z', '2199-12-31T23:59:59.999Z'],
    [1_732_003_923_120, '2024-11-19T08:12:03.120Z'],
    [1_732_003_923, undefined],
    [Number.NaN, undefined],
    [null, undefined],
  ])('%p is %p', (given, expected) => {
    const parsed = parseTime(given);
    expect(typeof parsed === 'number' ? isoText(parsed) : undefined).toBe(expected);
  });

  it('is the same in the spelling of most as with its digits beyond the millisecond', () => {
    const two = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'));
    const parts = fc.tuple(
      fc.constantFrom('1970', '1969', '2199', '2200', '0099', '0000', '2024', '2023', '9999'),
      two,
      two,
      two,
      two,
      two,
      two,
    );
    fc.assert(
      fc.property(parts, fc.constantFrom('Z', 'z', 'X'), ([year, month, day, hour, minute, second, part], end) => {
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${part}7`;
        expect(parseTime(text + end)).toBe(parseTime(`${text}0${end}`));
      }),
      { numRuns: 5000 },
    );
  });

  it('is written as JavaScript writes it, whatever was written before', () => {
    const near = fc.tuple(
      fc.integer({ min: timeMsMin, max: timeMsMax - 1 }),
      fc.array(fc.integer({ min: -90_000, max: 90_000 }), { maxLength: 8 }),
    );
    fc.assert(
      fc.property(near, fc.constantFrom(0, 0, 0.25), ([from, steps], part) => {
        for (const step of [0, ...steps]) expect(isoText(from + step + part)).toBe(new Date(from + step + part).toISOString());
      }),
    );
    for (const ms of [-1, -62_198_755_200_000, 8.64e15]) expect(isoText(ms)).toBe(new Date(ms).toISOString());
    expect(() => isoText(Number.NaN)).toThrow(RangeError);
  });

  it('is told to be written so where it is, whatever was asked before', () => {
    const parts = fc.tuple(
      fc.constantFrom('1969-12-31', '2026-11-29', '2026-02-29', '2024-02-29', '2199-12-31', '2200-01-01'),
      fc.constantFrom('T', ' '),
      fc.constantFrom('00:00', '23:59', '24:00', '08:60'),
      fc.constantFrom('00', '59', '60', '5x'),
      fc.constantFrom('.', ','),
      fc.constantFrom('000', '999', '12'),
      fc.constantFrom('Z', 'z', '+'),
    );
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 6 }), (times) => {
        for (const [day, t, minute, second, point, part, end] of times) {
          const text = `${day}${t}${minute}:${second}${point}${part}${end}`;
          const ms = parseTime(text);
          expect(isIsoText(text)).toBe(typeof ms === 'number' && isoText(ms) === text);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is what the engine reads, for every instant and offset', () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(fc.integer({ min: timeMsMin + 86_400_000, max: timeMsMax - 86_400_000 }), offset, (ms, minutes) => {
        const local = isoText(ms + minutes * 60_000).slice(0, -1);
        const hours = String(Math.trunc(Math.abs(minutes) / 60)).padStart(2, '0');
        const rest = String(Math.abs(minutes) % 60).padStart(2, '0');
        expect(parseTime(`${local}${minutes < 0 ? '-' : '+'}${hours}:${rest}`)).toBe(ms);
      }),
    );
  });
});
