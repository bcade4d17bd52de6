import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { withLocalTimes } from './local-times.js';

describe('times of a place beside UTC', () => {
  it.each([
    ['2026-01-05T09:00:00.000Z', '2026-01-05 10:00:00 UTC+1'],
    ['2026-07-05T22:30:00.000Z', '2026-07-06 00:30:00 UTC+2'],
    // The hour that comes twice when summer time ends.
    ['2026-10-25T00:30:00.000Z', '2026-10-25 02:30:00 UTC+2'],
    ['2026-10-25T01:30:00.000Z', '2026-10-25 02:30:00 UTC+1'],
  ])('%s is %s in Paris', (utc, local) => {
    expect(withLocalTimes(`from ${utc} on`, 'Europe/Paris')).toBe(`from ${utc} (${local}, Europe/Paris) on`);
  });

  it('change nothing else, and no instant is another', () => {
    const zones = fc.constantFrom('Europe/Paris', 'Indian/Reunion', 'America/Cayenne', 'Pacific/Noumea');
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }).map((date) => date.toISOString()),
            fc.stringMatching(/^[a-z -]{0,8}$/),
          ),
        ),
        zones,
        (words, zone) => {
          const text = words.join(' ');
          const shown = withLocalTimes(text, zone);
          expect(shown.replaceAll(/ \([^)]*\)/g, '')).toBe(text);
          for (const [, utc = '', day = '', time = '', offset = ''] of shown.matchAll(/(\S+Z) \((\S+) (\S+) UTC([+-]\d+)/g)) {
            const hours = `${offset[0]}${offset.slice(1).padStart(2, '0')}:00`;
            expect(Math.floor(Date.parse(utc) / 1_000)).toBe(Date.parse(`${day}T${time}${hours}`) / 1_000);
          }
        },
      ),
    );
  });

  it('are left out where nobody knows the place', () => {
    expect(withLocalTimes('2026-01-05T09:00:00.000Z', 'Europe/Atlantis')).toBe('2026-01-05T09:00:00.000Z');
  });
});
