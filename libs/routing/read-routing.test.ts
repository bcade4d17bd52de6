import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '#libs/runtime/config.js';
import { isOpen, nextOpen } from './calendar.js';
import { easterOf, isHoliday } from './holidays.js';
import { onCall } from './on-call.js';
import { aRouting, routingText } from './routing.fixture.js';

describe('a file of routing', () => {
  it('of the documentation is read', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/notifications.md', 'utf8')) ?? [];
    const routing = aRouting(example);
    expect([...routing.receivers.keys()]).toEqual(['soc-mail', 'findings', 'person-a-durand', 'person-b-leroy', 'person-c-petit', 'person-dpo']);
    expect(routing.routes).toHaveLength(3);
    expect(routing.policies.get('critical')).toMatchObject({ repeat: 5, pauseMs: 300_000 });
  }); // prettier-ignore

  it.each([
    ['a receiver that is not there', 'tell: [soc, chat, loud-only]}', 'tell: [sock]}', /routing\.yaml:\d+: policies\.standard\.steps\.0\.tell\.0: there is no receiver sock/],
    ['a schedule that is not there', 'on-call:nobody', 'on-call:day', /there is no schedule day/],
    ['a person that is not there', 'people: [a.durand, b.leroy]', 'people: [a.durand, x]', /schedules\.night\.rota\.0\.people\.1: there is no person x/],
    ['a policy that is not there', 'policy: critical,', 'policy: loud,', /routes\.1\.policy: there is no policy loud/],
    ['a calendar that is not there', 'calendar: soc, when', 'calendar: day, when', /there is no calendar day/],
    ['a last route that leaves something', '- {match: {}, policy: standard}', '- {match: {level_min: low}, policy: standard}', /the last route must match everything/],
    ['a route without policy', '- {match: {}, policy: standard}', '- {match: {}}', /policy: or hold: true/],
    ['a hold without calendar', 'calendar: soc, when: closed}, hold', 'rule_id: x}, hold', /needs a calendar/],
    ['a wrong time', 'after: 15m', 'after: soon', /must be a whole number and a unit/],
    ['steps out of order', 'after: 15m', 'after: 45m', /in the order of their times/],
    ['a name that is there twice', 'name: chat', 'name: soc', /soc is there twice/],
    ['a person whom nothing reaches', '{id: dpo, tell: dpo}', '{id: dpo}', /no way to reach them/],
    ['mail without a server', '{id: dpo, tell: dpo}', '{id: dpo, email: d@x.example}', /defaults\.mail .* is missing/],
    ['a word that is unknown', 'holidays: FR', 'feasts: FR', /calendars\.soc: Unrecognized key/],
    ['hours beyond midnight', '"08:00-19:00"', '"19:00-08:00"', /is two days/],
    ['a receiver with a mistake', '{name: ndb, type: ocsf}', '{name: ndb, type: pigeon}', /routing\.yaml:\d+: receivers\.5\.type: must be one of/],
    ['no YAML', 'people:', 'people: [', /not valid YAML/],
  ])('with %s is refused, in its line', (_what, given, wrong, told) => {
    expect(routingText).toContain(given);
    let said: unknown;
    try {
      aRouting(routingText.replace(given, wrong));
    } catch (cause) {
      said = cause;
    }
    expect(said).toBeInstanceOf(ConfigError);
    expect(String(said)).toMatch(told);
  }); // prettier-ignore
});

describe('the calendar of France', () => {
  it('has Easter, and what moves with it', () => {
    expect([2024, 2025, 2026, 2027, 2038].map((year) => easterOf(year).toISODate())).toEqual(['2024-03-31', '2025-04-20', '2026-04-05', '2027-03-28', '2038-04-25']);
    for (const day of ['2026-04-06', '2026-05-14', '2026-05-25', '2026-07-14', '2026-11-11']) expect(isHoliday(day, 'FR')).toBe(true);
    expect([isHoliday('2026-04-03', 'FR'), isHoliday('2026-04-03', 'FR-alsace-moselle'), isHoliday('2026-12-26', 'FR')]).toEqual([false, true, false]);
  }); // prettier-ignore

  it('opens by the clock on the wall, on both sides of summer time, and not on holidays', () => {
    const { within } = aRouting().routes[3]?.match ?? {};
    if (!within) throw new Error('the route has no calendar');
    expect([
      '2026-03-27T07:00:00Z',
      '2026-03-30T06:00:00Z',
      '2026-03-30T05:59:00Z',
      '2026-04-06T09:00:00Z',
      '2026-03-28T09:00:00Z',
    ].map((at) => isOpen(within.calendar, Date.parse(at)))).toEqual([true, true, false, false, false]);
    expect(new Date(nextOpen(within.calendar, Date.parse('2026-04-03T20:00:00Z'))).toISOString()).toBe('2026-04-07T06:00:00.000Z');
  }); // prettier-ignore
});

describe('who is on call', () => {
  const schedule = aRouting().schedules.get('night');
  const at = (time: string) => schedule && onCall(schedule, Date.parse(time));

  it('changes at eight by the clock on the wall, in winter and in summer', () => {
    expect(['2026-01-05T07:00:00Z', '2026-01-12T06:59:00Z', '2026-01-12T07:00:00Z', '2026-06-22T05:59:00Z', '2026-06-22T06:00:00Z'].map(at)).toEqual([
      'a.durand', 'a.durand', 'b.leroy', 'b.leroy', 'a.durand',
    ]);
  }); // prettier-ignore

  it('is nobody before it begins, and whoever stands in', () => {
    expect([at('2026-01-01T12:00:00Z'), at('2026-12-25T12:00:00Z')]).toEqual([undefined, 'dpo']);
  });
});
