import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CaseBook } from '#libs/cases/case-book.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { ConfigError } from '#libs/runtime/config.js';
import { aChange, atMinute } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { type Calendar, isOpen, nextOpen } from './calendar.js';
import { digestsAt } from './digest.js';
import { easterOf, isHoliday } from './holidays.js';
import { onCall } from './on-call.js';
import { aRouting, routingText } from './routing.fixture.js';

describe('a file of routing', () => {
  it('of the documentation is read', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/notifications.md', 'utf8')) ?? [];
    const routing = aRouting(example);
    expect([...routing.receivers.keys()]).toEqual([
      'soc-mail',
      'findings',
      'person-a-durand',
      'person-b-leroy',
      'person-c-petit',
      'person-dpo',
    ]);
    expect(routing.routes).toHaveLength(3);
    expect(routing.policies.get('critical')).toMatchObject({ repeat: 5, pauseMs: 300_000 });
  });

  it.each([
    [
      'a receiver that is not there',
      'tell: [soc, chat, loud-only]}',
      'tell: [sock]}',
      /routing\.yaml:\d+: policies\.standard\.steps\.0\.tell\.0: there is no receiver sock/,
    ],
    ['a schedule that is not there', 'on-call:nobody', 'on-call:day', /there is no schedule day/],
    [
      'a person that is not there',
      'people: [a.durand, b.leroy]',
      'people: [a.durand, x]',
      /schedules\.night\.rota\.0\.people\.1: there is no person x/,
    ],
    ['a policy that is not there', 'policy: critical,', 'policy: loud,', /routes\.1\.policy: there is no policy loud/],
    ['a calendar that is not there', 'calendar: soc, when', 'calendar: day, when', /there is no calendar day/],
    [
      'a last route that leaves something',
      '- {match: {}, policy: standard}',
      '- {match: {level_min: low}, policy: standard}',
      /the last route must match everything/,
    ],
    ['a route without policy', '- {match: {}, policy: standard}', '- {match: {}}', /policy: or hold: true/],
    ['a hold without calendar', 'calendar: soc, when: closed}, hold', 'rule_id: x}, hold', /needs a calendar/],
    ['a wrong time', 'after: 15m', 'after: soon', /must be a whole number and a unit/],
    ['steps out of order', 'after: 15m', 'after: 45m', /in the order of their times/],
    ['a name that is there twice', 'name: chat', 'name: soc', /soc is there twice/],
    ['a person whom nothing reaches', '{id: dpo, tell: dpo}', '{id: dpo}', /no way to reach them/],
    ['mail without a server', '{id: dpo, tell: dpo}', '{id: dpo, email: d@x.example}', /defaults\.mail .* is missing/],
    ['a word that is unknown', 'holidays: FR', 'feasts: FR', /calendars\.soc: Unrecognized key/],
    ['hours beyond midnight', '"08:00-19:00"', '"19:00-08:00"', /is two days/],
    [
      'a receiver with a mistake',
      '{name: ndb, type: ocsf}',
      '{name: ndb, type: pigeon}',
      /routing\.yaml:\d+: receivers\.5\.type: must be one of/,
    ],
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
  });
});

describe('the receivers of a digest', () => {
  const [takesLists, takesNone] = [
    '{type: email, to: [a@x.example], from: v@x.example, server: {host: x.example}, ',
    '{type: ocsf, ',
  ];
  const people = ['one', 'two'] as const;
  const receiverOf = (name: string, list: boolean) => `  - ${list ? takesLists : takesNone}name: ${name}}`;
  const withDigest = (target: string, lists: Readonly<Record<string, readonly boolean[]>>) => {
    const named = Object.entries(lists).flatMap(([id, each]) =>
      each.map((list, index) => ({ id, name: `${id}-${index}`, list })),
    );
    return routingText
      .replace('receivers:\n', `receivers:\n${named.map(({ name, list }) => receiverOf(name, list)).join('\n')}\n`)
      .replace(
        'people:\n',
        `people:\n${people
          .map(
            (id) =>
              `  - {id: ${id}, tell: [${named
                .filter((one) => one.id === id)
                .map(({ name }) => name)
                .join(', ')}]}`,
          )
          .join('\n')}\n`,
      )
      .replace(
        'schedules:\n',
        'schedules:\n  both: {rota: {period: 1w, start: 2026-01-05T08:00, people: [one]}, overrides: [{from: 2026-12-24T08:00, until: 2026-12-26T08:00, person: two}]}\n',
      )
      .concat(`digest: {at: "08:30", tell: ["${target}"]}\n`);
  };

  it('take lists, whoever the target may be: of each of them one does, and that one is told', () => {
    const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.constantFrom('person:one', 'person:two', 'on-call:both', 'one-0'),
        fc.record({ one: flags, two: flags }),
        (target, lists) => {
          const who =
            {
              'person:one': [lists.one],
              'person:two': [lists.two],
              'on-call:both': [lists.one, lists.two],
              'one-0': [lists.one.slice(0, 1)],
            }[target] ?? [];
          const read = () => aRouting(withDigest(target, lists));
          if (!who.every((each) => each.includes(true)))
            return expect(read).toThrow(/digest\.tell\.0: .* of type ocsf takes no list of cases/);
          const now = Date.parse('2026-11-02T08:00:00Z');
          const told = digestsAt(read(), () => [aCase], now).map(({ receiver }) => receiver);
          expect(told).toEqual(
            who[0]?.flatMap((list, index) => (list ? [`${target.endsWith('two') ? 'two' : 'one'}-${index}`] : [])),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

const book = new CaseBook();
book.addChange(aChange('a', 1));
const [aCase] = book.openRows(Date.parse(atMinute(2))) as [CaseRow];

describe('the calendar of France', () => {
  it('has Easter, and what moves with it', () => {
    expect([2024, 2025, 2026, 2027, 2038].map((year) => easterOf(year).toISODate())).toEqual([
      '2024-03-31',
      '2025-04-20',
      '2026-04-05',
      '2027-03-28',
      '2038-04-25',
    ]);
    for (const day of ['2026-04-06', '2026-05-14', '2026-05-25', '2026-07-14', '2026-11-11'])
      expect(isHoliday(day, 'FR')).toBe(true);
    expect([isHoliday('2026-04-03', 'FR'), isHoliday('2026-04-03', 'FR-alsace-moselle'), isHoliday('2026-12-26', 'FR')]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('opens by the clock on the wall, on both sides of summer time, and not on holidays', () => {
    const { within } = aRouting().routes[3]?.match ?? {};
    if (!within) throw new Error('the route has no calendar');
    expect(
      [
        '2026-03-27T07:00:00Z',
        '2026-03-30T06:00:00Z',
        '2026-03-30T05:59:00Z',
        '2026-04-06T09:00:00Z',
        '2026-03-28T09:00:00Z',
      ].map((at) => isOpen(within.calendar, Date.parse(at))),
    ).toEqual([true, true, false, false, false]);
    expect(new Date(nextOpen(within.calendar, Date.parse('2026-04-03T20:00:00Z'))).toISOString()).toBe(
      '2026-04-07T06:00:00.000Z',
    );
  });
});

describe('when a calendar opens next', () => {
  const hourMs = 3_600_000;
  const stepMs = hourMs / 12;
  const hours = fc
    .tuple(fc.nat(287), fc.integer({ min: 1, max: 36 }))
    .map(([from, length]) => ({ from: from * 5, until: Math.min(from + length, 288) * 5 }));
  const calendars = fc.record({
    timezone: fc.constantFrom(
      'Europe/Paris',
      'America/New_York',
      'Africa/Cairo',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'UTC',
    ),
    holidays: fc.constant(undefined),
    closed: fc.constantFrom<readonly string[]>([], ['2027-03-29']),
    open: fc
      .array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.array(hours, { minLength: 1, maxLength: 2 })), {
        minLength: 1,
        maxLength: 3,
      })
      .map((days) => new Map(days)),
  });
  /** By trying every five minutes. */
  const tried = (calendar: Calendar, at: number, until: number) => {
    let now = Math.ceil(at / stepMs) * stepMs;
    while (now < until && !isOpen(calendar, now)) now += stepMs;
    return now;
  };

  it('is the first instant that is open, at any hour of a year, on days of a change of the clocks too', () => {
    const start = Date.parse('2027-01-01T00:00:00Z');
    // Sundays on which clocks change somewhere, and any other hour.
    const changes = [
      '2027-03-14',
      '2027-03-28',
      '2027-04-04',
      '2027-04-30',
      '2027-10-03',
      '2027-10-29',
      '2027-10-31',
      '2027-11-07',
    ].map((day) => Date.parse(day));
    const ats = fc.oneof(
      fc.nat(365 * 24).map((hour) => start + hour * hourMs),
      fc
        .tuple(fc.constantFrom(...changes), fc.integer({ min: -24 * 12, max: 36 * 12 }))
        .map(([day, step]) => day + step * stepMs),
    );
    fc.assert(
      fc.property(calendars, ats, (calendar, at) => {
        const next = nextOpen(calendar, at);
        expect({ at: new Date(at), next: new Date(next) }).toEqual({
          at: new Date(at),
          next: new Date(isOpen(calendar, at) ? at : tried(calendar, at, next + stepMs)),
        });
      }),
      { numRuns: casesOf(100, 2_000) },
    );
  });

  it('goes past hours that the clocks leave out, for every hour of the year', () => {
    const calendar: Calendar = {
      timezone: 'Europe/Paris',
      holidays: undefined,
      closed: [],
      open: new Map([[7, [{ from: 120, until: 180 }]]]),
    };
    for (let at = Date.parse('2027-01-01T00:00:00Z'); at < Date.parse('2028-01-01T00:00:00Z'); at += hourMs) {
      const next = nextOpen(calendar, at);
      if (!isOpen(calendar, next) || next < at)
        throw new Error(`from ${new Date(at).toISOString()} on it is said to open at ${new Date(next).toISOString()}`);
    }
    expect(new Date(nextOpen(calendar, Date.parse('2027-03-27T12:00:00Z'))).toISOString()).toBe('2027-04-04T00:00:00.000Z');
  });
});

describe('who is on call', () => {
  const schedule = aRouting().schedules.get('night');
  const at = (time: string) => schedule && onCall(schedule, Date.parse(time));

  it('changes at eight by the clock on the wall, in winter and in summer', () => {
    expect(
      [
        '2026-01-05T07:00:00Z',
        '2026-01-12T06:59:00Z',
        '2026-01-12T07:00:00Z',
        '2026-06-22T05:59:00Z',
        '2026-06-22T06:00:00Z',
      ].map(at),
    ).toEqual(['a.durand', 'a.durand', 'b.leroy', 'b.leroy', 'a.durand']);
  });

  it('is nobody before it begins, and whoever stands in', () => {
    expect([at('2026-01-01T12:00:00Z'), at('2026-12-25T12:00:00Z')]).toEqual([undefined, 'dpo']);
  });
});
