import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { visibleName } from '#libs/contracts/visible-text.js';
import { actions } from '#libs/contracts/vocabulary.js';
import { loadRules } from '#libs/detection/rules/load/load-rules.js';
import { anAccessRow } from '#libs/testkit/builders.js';
import { anIncidentId } from '#libs/testkit/case-records.js';
import { exceptionText, type ProposedException, valuesMax } from './exception-text.js';
import { rulesText } from './rules.fixture.js';

const seed = Number(process.env['FC_SEED'] ?? 20261128);

describe('a proposed exception', () => {
  it('takes out every access of its case, and none of an account that is called nearly so', () => {
    const name = fc
      .string({
        unit: fc.constantFrom(
          'a',
          'A',
          'é',
          '*',
          '?',
          '\\',
          "'",
          '"',
          ' ',
          '#',
          ':',
          '{',
          '%',
          '\t',
          '\u0085',
          '\u2028',
          '😀',
          '1',
        ),
        minLength: 1,
        maxLength: 8,
      })
      .map(visibleName)
      .filter((text) => text !== '');
    const access = fc.record({
      clinic_id: name,
      action: fc.constantFrom(...actions),
      application: fc.option(name, { nil: undefined }),
    });
    fc.assert(
      fc.property(name, name, fc.array(access, { minLength: 1, maxLength: valuesMax + 5 }), (group_id, actor_id, given) => {
        const rows = given.map(({ application, ...rest }) =>
          anAccessRow({ group_id, actor_id, ...rest, ...(application !== undefined && { application }) }),
        );
        const selects = selectorOf(exceptionText(proposed({ accounts: [accountOf(rows)] })));
        expect(rows.filter((row) => selects(row))).toEqual([]);
        for (const other of [
          `${actor_id}x`,
          `x${actor_id}`,
          actor_id.replace('*', 'zz'),
          actor_id.replace('?', 'z'),
          actor_id.toUpperCase(),
          actor_id.toLowerCase(),
        ])
          // prettier-ignore
          for (const row of rows) expect(selects({ ...row, actor_id: other })).toBe(other !== actor_id);
        expect(rows.every((row) => selects({ ...row, group_id: `${group_id}x` }))).toBe(true);
        expect(rows.every((row) => selects({ ...row, time: '2027-01-31T00:00:00.000Z' }))).toBe(true);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('is as narrow as the case where the accesses have few values, and leaves out a field where one has none or there are many', () => {
    const rows = [anAccessRow({ clinic_id: 'c2', application: 'app' }), anAccessRow({ clinic_id: 'c1', action: 'export' })];
    const selects = selectorOf(exceptionText(proposed({ accounts: [accountOf(rows)] })));
    const [row = anAccessRow()] = rows;
    expect(selects({ ...row, clinic_id: 'c3' })).toBe(true);
    expect(selects({ ...row, action: 'print' })).toBe(true);
    expect(selects({ ...row, application: 'other' })).toBe(false);
    const many = Array.from({ length: valuesMax + 1 }, (_, n) => anAccessRow({ clinic_id: `c${n}` }));
    expect(exceptionText(proposed({ accounts: [accountOf(many)] }))).not.toContain('clinic_id');
  });

  it('says who answers for it, until when, for which rules', () => {
    const text = exceptionText(proposed({ reason: 'recall: "device", page 3', owner: 'head of IT #2' }));
    const { exceptions } = loadRules([
      { path: 'rules', text: rulesText },
      { path: 'exception', text },
    ]);
    expect(exceptions).toMatchObject([
      { owner: 'head of IT #2', reason: 'recall: "device", page 3', expiresMs: Date.UTC(2027, 0, 31), rules: ['Many'] },
    ]);
  });
});

function accountOf(rows: readonly AccessRow[]): ProposedException['accounts'][number] {
  const valuesOf = (field: 'clinic_id' | 'action' | 'application') => [...new Set(rows.map((row) => row[field] ?? ''))];
  const [{ group_id: groupId, actor_id: actorId } = anAccessRow()] = rows;
  return {
    groupId,
    subject: 'account',
    actorId,
    values: { clinic_id: valuesOf('clinic_id'), action: valuesOf('action'), application: valuesOf('application') },
  };
}

function proposed(given: Partial<ProposedException>): ProposedException {
  return {
    caseId: anIncidentId('a'),
    accounts: [accountOf([anAccessRow()])],
    ruleIds: ['many'],
    owner: 'o',
    expiresMs: Date.UTC(2027, 0, 31),
    reason: 'r',
    ...given,
  };
}

/** Which accesses the rule still selects beside the exception. */
function selectorOf(text: string): (row: AccessRow) => boolean {
  const { rules, mistakes, warnings } = loadRules([
    { path: 'rules', text: rulesText },
    { path: 'exception', text },
  ]);
  expect([mistakes, warnings]).toEqual([[], []]);
  const [rule] = rules;
  return (row) => rule?.selection.matches(row) ?? false;
}
