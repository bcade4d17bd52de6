import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Attribution, caveat, type Finding } from '#libs/attribution/leak.js';
import { aPatient } from '#libs/testkit/builders.js';
import { attributionText } from './attribution-text.js';
import { readSample } from './sample.js';

const question = {
  groupId: 'helix',
  fromMs: Date.UTC(2026, 0, 1),
  toMs: Date.UTC(2026, 1, 1),
  title: 'forum',
  by: 'dpo',
  atMs: 0,
};
const nobody: Attribution = {
  leakId: 'a'.repeat(32),
  verdict: 'nobody',
  given: 1_000,
  known: 950,
  touched: 877,
  accounts: 1_402,
  patients: 130_202,
  findings: [],
  doubtful: [],
  rest: 1,
  smallest: 9,
  controls: { samples: 200, named: 1, largestGain: 9 },
  exports: [],
  exportsFound: 0,
};
const finding: Finding = {
  rank: 1,
  actorId: 'dr.usurped',
  kind: 'period',
  ref: '',
  firstMs: question.fromMs,
  lastMs: question.toMs,
  matched: 460,
  size: 12_224,
  share: 0.52,
  lnBayes: 120,
  support: 'extremely strong',
  alike: ['twin'],
};

describe('the sample', () => {
  it('is one pseudonym a line or in the first column, whatever stands beside it', async () => {
    const [a, b, c] = [aPatient(1), aPatient(2), aPatient(3)];
    const lines = ['\ufeffpatient_id;name', `${a};x`, '', `"${b}",1`, ` ${c.toUpperCase()} `, `${a}\tz`];
    expect(await readSample(lines)).toEqual({ patients: [a, b, c, a], mistakes: [] });
  });

  it('refuses everything else by its line, and never shows it', async () => {
    const wrong = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.stringMatching(/^[12]\d{12}$/),
      fc.constantFrom(aPatient(1).slice(1), `${aPatient(1)}0`, 'Jeanne Martin 1950'),
    );
    await fc.assert(
      fc.asyncProperty(
        wrong.filter((text) => /[^\s,;|\t"]/.test(text) && !/[\r\n]/.test(text)),
        async (text) => {
          const { patients, mistakes } = await readSample([aPatient(1), text]);
          expect(patients).toEqual([aPatient(1)]);
          expect(mistakes).toEqual([
            { line: 2, reason: 'not a pseudonym of 32 hexadecimal digits; give those that vigie pseudonymise makes' },
          ]);
        },
      ),
    );
  });
});

describe('the answer for a person', () => {
  it('names accounts, when, what chance does, and what all of it does not say', () => {
    const day: Finding = { ...finding, kind: 'day', ref: '2026-01-20', alike: [] };
    const exports = [{ actorId: 'night.job', eventId: 'e1', time: '2026-01-07T02:00:00.000Z', action: 'export', records: 1_010 }];
    const text = attributionText(
      { ...nobody, verdict: 'named', findings: [finding, day], rest: 0.48, exports, exportsFound: 3 },
      question,
    );
    expect(text).toContain('123 of 1,000 were opened by nobody: not explained by these accesses.');
    expect(text).toContain('dr.usurped explains 52 % of the opened patients');
    expect(text).toContain('It cannot be told apart from twin');
    expect(text).toContain('48 % of the opened patients are explained by no account that is named.');
    expect(text).toContain('Of 200 random samples of as many patients, opened by as many accounts each, 1 would name somebody.');
    expect(text).toMatch(/^kind +account +first/m);
    expect(text).toContain('and 2 more');
    expect(text).toMatch(new RegExp(`\\n${caveat}\\n$`));
  });

  it.each([
    ['unopened', /Nobody opened any of these patients/],
    ['too_small', /too small to name anybody: 9 of opened patients/],
    ['nobody', /No account stands out: nobody is named\.\n2 more would fit/],
  ] as const)('says that it is %s, and the caveat', (verdict, expected) => {
    const text = attributionText({ ...nobody, verdict, doubtful: [finding, finding] }, question);
    expect(text).toMatch(expected);
    expect(text).toContain(caveat);
    expect(text).not.toContain('dr.usurped');
  });

  it('warns where random samples name somebody often', () => {
    const text = attributionText({ ...nobody, controls: { samples: 200, named: 3, largestGain: 20 } }, question);
    expect(text).toContain('That is often');
  });
});
