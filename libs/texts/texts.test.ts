import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { aCase, aMessage } from '#libs/channels/told/example.fixture.js';
import { randomMessage } from '#libs/channels/told/random-messages.fixture.js';
import { messageKinds } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { factsOf, headlineOf, listLines, messageSentence, readsSentence, type Speech } from './sentence.js';
import { clockStates, locales, type Words } from './texts.js';
import { countIn, momentIn, spanIn, textsOf } from './words.js';

const paris = 'Europe/Paris';
const en: Speech = { locale: 'en', timezone: paris };
const fr: Speech = { locale: 'fr', timezone: paris };

/** What separates thousands in French, which no keyboard has. */
const narrow = '\u202f';

describe('the sentence', () => {
  it('says who, how many, where, since when, by which rule, and who has it', () => {
    const message = aMessage({ kind: 'opening' });
    expect(messageSentence(message, en)).toBe(
      'dr.martin: 400 patients in 2 clinics since 09:00 (Paris), still reading. Rule: mass-access-10m. Nobody has taken it; 15 min left.',
    );
    expect(messageSentence(message, fr)).toBe(
      'dr.martin : 400 patients dans 2 établissements depuis 09:00 (Paris), lecture en cours. Règle : mass-access-10m. Personne ne s’en est saisi ; reste 15 min.',
    );
  });

  it.each([
    [{ status: 'new', acknowledge_by: null }, 'Nobody has taken it.'],
    [{ status: 'new', acknowledge_by: '2026-11-23T08:01:10.655Z' }, 'Nobody has taken it; 30 min overdue.'],
    [{ status: 'acknowledged', owner: 'a.durand' }, 'Taken by a.durand.'],
    [{ status: 'acknowledged', acknowledged_by: 'b.leroy' }, 'Taken by b.leroy.'],
    [
      { status: 'on_hold', on_hold_until: '2026-11-24T08:00:00.000Z', owner: 'a.durand' },
      'On hold until 24 November, 09:00 (Paris), by a.durand.',
    ],
    [{ status: 'resolved', verdict: 'true_positive', resolved_by: 'a.durand' }, 'Resolved as a true positive by a.durand.'],
    [{ status: 'resolved', verdict: '', resolved_by: 'system' }, 'Resolved by system.'],
  ] as const)('says where it stands with people: %j', (given, end) => {
    expect(messageSentence(aMessage({ kind: 'opening', case: aCase(given) }), en)).toMatch(
      new RegExp(`${end.replaceAll(/[.()]/g, '\\$&')}$`),
    );
  });

  it('does not say that somebody reads on when nobody does', () => {
    const row = aCase({ last_time: '2026-11-23T08:05:00.000Z' });
    expect(messageSentence(aMessage({ case: row }), en)).toContain('last at 09:05 (Paris)');
  });

  it('says of a figure that is not settled that it is the most, in the table too', () => {
    const row = aCase({ patients: 800, patients_settled: false });
    const at = aMessage().at;
    expect([en, fr].map((speech) => readsSentence(row, at, speech).split(/ in | dans /)[0])).toEqual([
      'dr.martin: at most 800 patients',
      'dr.martin : au plus 800 patients',
    ]);
    expect([en, fr].map((speech) => factsOf(row, at, speech).find(([, said]) => said.includes('800'))?.[1])).toEqual([
      'at most 800',
      'au plus 800',
    ]);
  });

  it('says of linked incidents of several accounts that it was not one of them who read all', () => {
    const at = aMessage().at;
    const said = (row: CaseRow) => [en, fr].map((speech) => readsSentence(row, at, speech).split(':')[0]?.trim());
    expect(said(aCase({ account_count: 9 }))).toEqual(['dr.martin and 8 other accounts', 'dr.martin et 8 autres comptes']);
    expect(said(aCase({ actor_id: '', account_count: 2 }))).toEqual([
      'An account and 1 other account',
      'Un compte et 1 autre compte',
    ]);
    expect(factsOf(aCase({ account_count: 9 }), at, en)[0]).toEqual(['Account', 'dr.martin and 8 other accounts']);
  });

  it('says of records without a name that they have none, not that there was nobody', () => {
    const row = aCase({ patients: 0 });
    expect([en, fr].map((speech) => readsSentence(row, aMessage().at, speech).split(/ in | dans /)[0])).toEqual([
      'dr.martin: records that name no patient',
      'dr.martin : des données qui ne nomment aucun patient',
    ]);
  });

  it('has the title of a rule that Vigie brings along in the language of who reads it, above the message too', () => {
    const titles = ['A canary patient was touched', 'Lecture en masse'];
    const said = titles.map((title) => [en, fr].map((speech) => headlineOf(aMessage({ case: aCase({ title }) }), speech)));
    expect(said).toEqual([
      ['A canary patient was touched (3f0c6a1b)', 'Un patient témoin a été touché (3f0c6a1b)'],
      ['Lecture en masse (3f0c6a1b)', 'Lecture en masse (3f0c6a1b)'],
    ]);
  });

  it('counts the rules that it does not name', () => {
    const row = aCase({ rules: ['a', 'b', 'c', 'd', 'e'] });
    expect(messageSentence(aMessage({ case: row }), en)).toContain('Rules: a, b, c, and 2 more.');
  });

  it('tells of a clock before and after its end, and of one that was met', () => {
    const deadline = { controller_id: '750300123', clock: 'gdpr33', due_at: '2026-11-24T08:31:10.655Z', state: 'running' };
    const at = (time: string, state = 'running') =>
      messageSentence(aMessage({ kind: 'deadline', at: time, deadline: { ...deadline, state } }), en);
    expect(at('2026-11-23T08:31:10.655Z')).toMatch(
      /^The notification of GDPR article 33 of 750300123 ends at 24 November, 09:31 \(Paris\): 24 h left\. /,
    );
    expect(at('2026-11-24T09:31:10.655Z')).toMatch(/ended at 09:31 \(Paris\): 60 min overdue\./);
    expect(at('2026-11-24T09:31:10.655Z', 'met_late')).toMatch(/was met, too late\./);
  });

  it('keeps an account back that is not shown', () => {
    expect(messageSentence(aMessage({ case: aCase({ actor_id: '' }) }), en)).toMatch(/^It has grown\. An account: 400 patients/);
  });
});

describe('the catalogue', () => {
  const words: Words = {
    level: 'L',
    policy: 'P',
    step: '1',
    round: '1',
    clock: 'C',
    controller: 'X',
    due: 'D',
    span: 'S',
    cases: 'N',
  };

  it.each(locales)('has words for every kind, in %s', (locale) => {
    const texts = textsOf(locale);
    for (const kind of messageKinds) if (kind !== 'opening' && kind !== 'deadline') expect(texts.leads[kind](words)).not.toBe('');
    for (const state of clockStates)
      expect(texts.clock[state](words)).toContain(state === 'outdated' || state === 'renewed' ? 'X' : 'C');
  });

  it('says nothing twice in two languages', () => {
    const [one, other] = locales.map((locale) => messageKinds.map((kind) => textsOf(locale).leads[kind](words)).filter(Boolean));
    expect(one?.filter((text) => other?.includes(text))).toEqual([]);
  });

  it('says every message of every kind in one line without a hole', () => {
    fc.assert(
      fc.property(randomMessage, fc.constantFrom(en, fr), (message, speech) => {
        const text = [messageSentence(message, speech), ...listLines(message, speech, 5)].join(' ');
        expect(text).not.toMatch(/undefined|null|NaN|Invalid|\[object|#/);
        expect(text.length).toBeGreaterThan(10);
      }),
    );
  });
});

describe('numbers', () => {
  it('take the form that the language asks for', () => {
    const { patients } = textsOf('en');
    expect([0, 1, 2, 12_224].map((count) => countIn('en', patients, count))).toEqual([
      '0 patients',
      '1 patient',
      '2 patients',
      '12,224 patients',
    ]);
    expect([0, 1, 2, 12_224].map((count) => countIn('fr', textsOf('fr').patients, count))).toEqual([
      '0 patient',
      '1 patient',
      '2 patients',
      `12${narrow}224 patients`,
    ]);
  });

  it('of time are never more than there is', () => {
    expect(
      [0, 59_999, 60_000, 15 * 60_000, 119 * 60_000, 7_200_000, 72 * 3_600_000, 96 * 3_600_000].map((ms) => spanIn('en', ms)),
    ).toEqual(['less than a minute', 'less than a minute', '1 min', '15 min', '119 min', '2 h', '72 h', '4 days']);
    expect(spanIn('fr', 4 * 86_400_000)).toBe('4 jours');
  });
});

describe('times', () => {
  it('are those of the place, with the day where it is another one there', () => {
    expect(momentIn('en', '2026-11-23T08:00:00.000Z', '2026-11-23T20:00:00.000Z', paris)).toBe('09:00 (Paris)');
    expect(momentIn('en', '2026-11-23T23:30:00.000Z', '2026-11-23T20:00:00.000Z', paris)).toBe('24 November, 00:30 (Paris)');
    expect(momentIn('fr', '2025-12-31T22:59:00.000Z', '2026-01-01T08:00:00.000Z', paris)).toBe(
      '31 décembre 2025 à 23:59 (Paris)',
    );
    expect(momentIn('fr', '2026-11-23T08:00:00.000Z', '2026-11-23T08:00:00.000Z', 'Indian/Reunion')).toBe('12:00 (Reunion)');
  });

  it('of the hour that comes twice say which', () => {
    const times = ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z'];
    expect(times.map((time) => momentIn('en', time, '2026-10-25T12:00:00.000Z', paris))).toEqual([
      '02:30 (Paris, UTC+2)',
      '02:30 (Paris, UTC+1)',
    ]);
  });
});

describe('the table and the list', () => {
  it('leave out what nobody knows', () => {
    const facts = factsOf(aCase(), '2026-11-23T08:31:10.655Z', en);
    expect(facts.map(([name]) => name)).toEqual([
      'Account', 'Patients', 'Clinics', 'Rules', 'Level', 'Status', 'First access', 'Last access', 'To be taken by',
    ]); // prettier-ignore
  });

  it('have a line a case, and say how many were left out', () => {
    const message = aMessage({ kind: 'digest', cases: Array.from({ length: 7 }, () => aCase()) });
    const lines = listLines(message, en, 3);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe('3f0c6a1b [high, new] dr.martin: 400 patients in 2 clinics since 09:00 (Paris), still reading.');
    expect(lines.at(-1)).toBe('and 4 more');
  });
});
