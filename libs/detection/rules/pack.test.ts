import { access } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { checkRules } from './check-rules.js';
import { defaultListsDir } from './config.js';
import { loadRules } from './load-rules.js';
import { readRuleFiles, readValueLists } from './read-rule-files.js';

const pack = new URL('../../../rules/', import.meta.url).pathname;
const { files, mistakes: unread } = await readRuleFiles(pack);
const lists = new Map([...(await readValueLists(defaultListsDir)), ['service_accounts', ['svc.nightly']]]);
const { rules, selections, mistakes } = loadRules(files, lists);

describe('the default rules', () => {
  it('load without a mistake', () => {
    expect([...unread, ...mistakes]).toEqual([]);
  });

  it('find many patients in several clinics at three speeds', () => {
    const speeds = rules.map(({ timespanMs, condition, field, spread }) => [
      timespanMs / 60_000,
      condition.atLeast,
      field,
      spread,
    ]);
    const spread = { field: 'clinic_id', atLeast: 2 };
    expect(speeds).toEqual(expect.arrayContaining([[10, 40, ['patient_id'], spread], [60, 120, ['patient_id'], spread], [1_440, 400, ['patient_id'], spread]])); // prettier-ignore
  });

  it('share one selection, and so one set of windows', () => {
    expect(selections).toHaveLength(1);
  });

  it.each(rules.map((rule) => [rule.title, rule] as const))(
    '%s: says when it errs, what it is, and what to do',
    async (_, rule) => {
      expect(rule.description.length).toBeGreaterThan(40);
      expect(rule.falsePositives.length).toBeGreaterThan(0);
      expect(rule.attack).toEqual(expect.arrayContaining(['T1078', 'T1213']));
      expect(rule.steps[0]).toBe(rule.condition.atLeast);
      await access(new URL(`../../../${rule.runbook}`, import.meta.url));
    },
  );

  it.each([
    ['a read that succeeded', { action: 'read', outcome: 'success', patient_id: 'p' }, true],
    ['an export whose end nobody tells', { action: 'export', outcome: 'unknown', patient_id: 'p' }, true],
    ['a read that failed', { action: 'read', outcome: 'failure', patient_id: 'p' }, false],
    ['a read by a declared program', { action: 'read', outcome: 'success', patient_id: 'p', actor_id: 'svc.nightly' }, false],
    ['an update', { action: 'update', outcome: 'success', patient_id: 'p' }, false],
    ['a search that met no patient', { action: 'search', outcome: 'success', patient_id: '' }, false],
  ] as const)('%s counts or not', (_, row, counts) => {
    expect(selections[0]?.matches(row)).toBe(counts);
  });

  it('are told in one sentence each', async () => {
    const { sentences } = await checkRules([pack], await readValueLists(defaultListsDir));
    expect(sentences[0]).toContain(
      'Raises a high incident when one account reaches at least 40 different patients in at least 2 different clinics within 10 minutes, and tells it again at 40, 400, 4,000, 40,000, 400,000 patients.',
    );
  });
});
