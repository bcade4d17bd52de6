import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { loosePatterns, parseLooseTime } from './loose-time.js';

const context = { zone: 'Europe/Paris', receivedMs: Date.UTC(2024, 10, 19, 12) };
const read = (value: unknown, format?: string, receivedMs = context.receivedMs) => {
  const time = parseLooseTime(value, { ...context, receivedMs, ...(format !== undefined && { format }) });
  return typeof time === 'string' ? time : `${new Date(time.timeMs).toISOString()}${time.assumedZone ? ' assumed' : ''}`;
};

describe('a time of a loose format', () => {
  it.each([
    ['2024-11-19T08:12:03.120Z', '2024-11-19T08:12:03.120Z'],
    ['2024-11-19 09:12:03+01:00', '2024-11-19T08:12:03.000Z'],
    ['2024-11-19T09:12:03,1234567+0100', '2024-11-19T08:12:03.123Z'],
    ['2024-11-19T09:12:03', '2024-11-19T08:12:03.000Z assumed'],
    ['2024-07-19 09:12', '2024-07-19T07:12:00.000Z assumed'],
    ['2024-11-19', '2024-11-18T23:00:00.000Z assumed'],
    ['2024/11/19 09:12:03', '2024-11-19T08:12:03.000Z assumed'],
    ['1731999903', '2024-11-19T07:05:03.000Z'],
    ['1731999903.5', '2024-11-19T07:05:03.500Z'],
    [1_731_999_903.25, '2024-11-19T07:05:03.250Z'],
    ['1731999903123', '2024-11-19T07:05:03.123Z'],
    ['1731999903123456', '2024-11-19T07:05:03.123Z'],
    ['1731999903123456789', '2024-11-19T07:05:03.123Z'],
    ['133764775231234567', '2024-11-19T08:12:03.123Z'],
    ['638676007231234567', '2024-11-19T08:12:03.123Z'],
    ['/Date(1732003923123)/', '2024-11-19T08:12:03.123Z'],
    ['/Date(1732003923123+0100)/', '2024-11-19T08:12:03.123Z'],
    ['Nov 19, 2024 @ 09:12:03.123', '2024-11-19T08:12:03.123Z assumed'],
    ['2024-11-19 09:12:03.123456789 +0100 CET', '2024-11-19T08:12:03.123Z'],
    ['2024-11-19 09:12:03.123456789 +0100 CET m=+0.012', '2024-11-19T08:12:03.123Z'],
    ['2024-11-19t08:12:03.120z', '2024-11-19T08:12:03.120Z'],
    ['20241119091203', '2024-11-19T08:12:03.000Z assumed'],
    ['20241119091203.1234+0100', '2024-11-19T08:12:03.123Z'],
    ['20241119', '2024-11-18T23:00:00.000Z assumed'],
    ['45615.5', '2024-11-19T11:00:00.000Z assumed'],
    ['Nov 19 2024 09:12:03', '2024-11-19T08:12:03.000Z assumed'],
    ['nov. 29 2022 14:49:11 GMT', '2022-11-29T14:49:11.000Z'],
    ['août 9 2024 09:12:03', '2024-08-09T07:12:03.000Z assumed'],
    ['déc. 29 2022 14:49:11 CET', '2022-12-29T13:49:11.000Z'],
    ['29 novembre 2022 à 14:49', '2022-11-29T13:49:00.000Z assumed'],
    ['1er décembre 2022 à 21 h 05', '2022-12-01T20:05:00.000Z assumed'],
    ['mardi 29 novembre 2022, à 14h49', '2022-11-29T13:49:00.000Z assumed'],
    ['29/11/2022 à 14:49:07', '2022-11-29T13:49:07.000Z assumed'],
    ['29/11/2022 8h', '2022-11-29T07:00:00.000Z assumed'],
    ['mar. 19 nov. 2024 09:12:03', '2024-11-19T08:12:03.000Z assumed'],
    ['Jan 18 11:07:53', '2024-01-18T10:07:53.000Z assumed'],
    ['Nov  9 11:07:53', '2024-11-09T10:07:53.000Z assumed'],
    ['Nov 20 11:07:53', '2024-11-20T10:07:53.000Z assumed'],
    ['Nov 21 11:07:53', '2023-11-21T10:07:53.000Z assumed'],
    ['Tue, 19 Nov 2024 09:12:03 +0100', '2024-11-19T08:12:03.000Z'],
    ['Tue Nov 19 09:12:03 CET 2024', '2024-11-19T08:12:03.000Z'],
    ['Tue Nov 19 09:12:03 2024', '2024-11-19T08:12:03.000Z assumed'],
    ['19/Nov/2024:09:12:03 +0100', '2024-11-19T08:12:03.000Z'],
    ['Nov 19, 2024 9:12:03 PM', '2024-11-19T20:12:03.000Z assumed'],
    ['20241119091203456', '2024-11-19T08:12:03.456Z assumed'],
    ['20241119 091203', '2024-11-19T08:12:03.000Z assumed'],
    ['20241119 09:12:03', '2024-11-19T08:12:03.000Z assumed'],
    ['2024-11-19-09.12.03.456789', '2024-11-19T08:12:03.456Z assumed'],
    ['2024-11-19T09:12:03.5+01:00[Europe/Paris]', '2024-11-19T08:12:03.500Z'],
    ['2024-11-19T08:12:03Z[UTC]', '2024-11-19T08:12:03.000Z'],
    ['19-nov.-24 09:12:03', '2024-11-19T08:12:03.000Z assumed'],
    ['19-NOV.  -24 09:12:03,123456000', '2024-11-19T08:12:03.123Z assumed'],
    ['19-NOV-24 09.12.03.123456000 PM', '2024-11-19T20:12:03.123Z assumed'],
    ['19-NOV-24 09.12.03.123456 AM EUROPE/PARIS', '2024-11-19T08:12:03.123Z'],
    ['19/11/2024 09:12', '2024-11-19T08:12:00.000Z assumed'],
    ['19/11/2024 09:12:03', '2024-11-19T08:12:03.000Z assumed'],
    ['19/11/2024, 09:12:03', '2024-11-19T08:12:03.000Z assumed'],
    ['19.11.2024, 09:12:03', '2024-11-19T08:12:03.000Z assumed'],
    ['19/11/2024 09:12:03:123', '2024-11-19T08:12:03.123Z assumed'],
    ['Nov 19 2024  9:12:03:123AM', '2024-11-19T08:12:03.123Z assumed'],
    ['2024-11-19T24:00:00Z', '2024-11-20T00:00:00.000Z'],
    ['19/11/2024 24:00', '2024-11-19T23:00:00.000Z assumed'],
    ['19/11/2024 24:01', 'this time of day does not exist'],
    [
      '02/11/2024 9:12:03 AM',
      'days and months in numbers with AM or PM are written in two orders; name the format, such as MM/dd/yyyy hh:mm:ss a',
    ],
    [
      '11/02/2024, 9:12:03 pm',
      'days and months in numbers with AM or PM are written in two orders; name the format, such as MM/dd/yyyy hh:mm:ss a',
    ],
    ['02/11/2024', '2024-11-01T23:00:00.000Z assumed'],
    ['19.11.24', 'no known way to write a time; name its format, such as MM/dd/yyyy hh:mm:ss a'],
    ['1/19/2024', 'this date does not exist'],
    ['30/02/2024', 'this date does not exist'],
    ['29/02/2024 25:00', 'this time of day does not exist'],
    ['Jan 18 2024 11:07:53 XYZT', 'the zone of the time is not known; write its offset, such as +01:00'],
    ['12345', 'the number is no time: neither days of Excel nor seconds to nanoseconds since 1970'],
    ['', 'no known way to write a time; name its format, such as MM/dd/yyyy hh:mm:ss a'],
    [undefined, 'expected a time as text or as a number'],
    ['2024-11-19'.repeat(9), 'expected a time, and not a text of more than 64 characters'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['1/19/2024 10:43:19 AM', 'M/d/yyyy h:mm:ss a', '2024-01-19T09:43:19.000Z assumed'],
    ['1/19/2024 12:00:00 AM', 'M/d/yyyy h:mm:ss a', '2024-01-18T23:00:00.000Z assumed'],
    ['Jan 18 11:07:53', 'MMM dd yyyy HH:mm:ss', 'the time is not written as its format says'],
    ['Jan 18 2022 11:07:53.000 EST', 'MMM dd yyyy HH:mm:ss.SSS z', '2022-01-18T16:07:53.000Z'],
    ['1731999903', 'epoch_s', '2024-11-19T07:05:03.000Z'],
    ['20241119', 'epoch_s', '1970-08-23T06:31:59.000Z'],
    ['0', 'epoch_ms', '1970-01-01T00:00:00.000Z'],
    ['yesterday', 'epoch_s', 'expected a number, as the format of the time says'],
    ['2.5', 'excel', 'the time is before 1970 or after 2199'],
    ['2024-11-19 09:12', '', '2024-11-19T08:12:00.000Z assumed'],
  ])('reads %s by its format %s', (text, format, expected) => {
    expect(read(text, format)).toBe(expected);
  });

  it('takes of an hour that came twice the first, and goes on through one that was left out', () => {
    expect(read('2024-10-27 02:30')).toBe('2024-10-27T00:30:00.000Z assumed');
    expect(read('2024-10-27 03:00')).toBe('2024-10-27T02:00:00.000Z assumed');
    expect(read('2024-03-31 02:30')).toBe('2024-03-31T01:30:00.000Z assumed');
    expect(read('2024-03-31 03:30')).toBe('2024-03-31T01:30:00.000Z assumed');
  });

  it('finds the year that is not said by the arrival', () => {
    expect(read('Dec 31 23:59:00', undefined, Date.UTC(2025, 0, 1, 1))).toBe('2024-12-31T22:59:00.000Z assumed');
    expect(read('Jan  1 00:30:00', undefined, Date.UTC(2024, 11, 31, 23, 29))).toBe('2024-12-31T23:30:00.000Z assumed');
    expect(read('Feb 29 10:00:00', undefined, Date.UTC(2026, 0, 1))).toBe('2024-02-29T09:00:00.000Z assumed');
  });

  it('reads what any zone and any instant are written as', () => {
    const instant = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    const zone = fc.constantFrom('Europe/Paris', 'America/Martinique', 'Indian/Reunion', 'America/New_York', 'Pacific/Noumea');
    fc.assert(
      fc.property(instant, zone, (date, zone) => {
        const seconds = Math.floor(date.getTime() / 1000) * 1000;
        const local = new Date(seconds).toLocaleString('sv-SE', { timeZone: zone });
        const time = parseLooseTime(local, { ...context, zone });
        if (typeof time === 'string') throw new Error(time);
        expect(new Date(time.timeMs).toLocaleString('sv-SE', { timeZone: zone })).toBe(local);
        expect(time.timeMs).toBeLessThanOrEqual(seconds);
      }),
    );
  });

  it('never throws, whatever the text and whatever the format', () => {
    const part = fc.constantFrom(
      '[',
      ']',
      "'",
      'yyyy',
      'MMM',
      'd',
      'H',
      'a',
      'z',
      'E',
      ' ',
      ':',
      'nov. ',
      '12',
      '2024',
      'à',
      '.',
      'constructor',
    );
    const text = fc.array(fc.oneof(part, fc.string({ maxLength: 4 })), { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (value, format) => {
        expect(['string', 'object']).toContain(
          typeof parseLooseTime(value, { ...context, ...(format !== undefined && { format }) }),
        );
      }),
      { numRuns: 1000 },
    );
    expect(loosePatterns.every((pattern) => pattern.length <= 64)).toBe(true);
  });
});
