import { access } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Rule } from '../../rule/rule.js';
import { checkRules } from '../load/check-rules.js';
import { defaultListsDir } from '../load/config.js';
import { mergeLists } from '../load/lists.js';
import { loadRules } from '../load/load-rules.js';
import { readRuleFiles, readValueLists } from '../load/read-rule-files.js';
import { readLists } from '../load/require-rules.js';

const pack = new URL('../../../../rules/', import.meta.url).pathname;
const { files, mistakes: unread } = await readRuleFiles(pack);
const shipped = await readLists(defaultListsDir);
const canary = 'c'.repeat(32);
const own = new Map([
  ['service_accounts', ['svc.nightly']],
  ['closed_clinics', ['c9']],
  ['canary_patients', [canary]],
]);
const { rules, selections, mistakes } = loadRules(files, mergeLists(shipped, own));
/** What the engine has room for, exceptions of the hospital included. */
const selectionsMax = 40;

describe('the default rules', () => {
  it('load without a mistake', () => {
    expect([...unread, ...mistakes]).toEqual([]);
    expect(rules.filter(({ raises }) => raises).length).toBeGreaterThanOrEqual(10);
  });

  it('name lists that come with them, and each of these says what belongs there', async () => {
    const named = new Set(files.flatMap(({ text }) => [...text.matchAll(/'%(\w+)%'/g)].map(([, name = '']) => name)));
    const lists = await readValueLists(defaultListsDir);
    expect([...lists.keys()].toSorted()).toEqual([...named].toSorted());
    // Empty lists match nothing, so that a hospital that has not filled them is not woken by them.
    for (const [name, values] of lists) expect([name, values]).toEqual([name, []]);
  });

  it('find many patients in several clinics at three speeds', () => {
    const spread = { field: 'clinic_id', atLeast: 2 };
    const speeds = rules.map(({ timespanMs, condition, spread }) => [timespanMs / 60_000, condition.atLeast, spread]);
    expect(speeds).toEqual(
      expect.arrayContaining([
        [10, 40, spread],
        [60, 120, spread],
        [1_440, 400, spread],
      ]),
    );
  });

  it('share their selections, and look back a month at most, and but for closed clinics a week', () => {
    expect(selections.length).toBeLessThanOrEqual(selectionsMax);
    const longest = rules.filter(({ timespanMs }) => timespanMs > 7 * 86_400_000);
    expect(longest.map(({ title, timespanMs }) => [title, timespanMs])).toEqual([
      ['Records of closed clinics within thirty days', 30 * 86_400_000],
    ]);
  });

  it.each(rules.map((rule) => [rule.title, rule] as const))(
    '%s: says when it errs, what it is, and what to do',
    async (_, rule) => {
      expect(rule.description.length).toBeGreaterThan(80);
      expect(rule.falsePositives.length).toBeGreaterThan(0);
      expect(rule.attack).toContain('T1078');
      expect(rule.id).toMatch(/^[0-9a-f-]{36}$/);
      await access(new URL(`../../../../${rule.runbook}`, import.meta.url));
    },
  );

  it.each([
    ['a read that succeeded', {}, ['mass_access']],
    ['a read that failed', { outcome: 'failure' }, ['denied']],
    ['a read by a declared program', { actor_id: 'svc.nightly' }, ['service']],
    ['an update', { action: 'update' }, []],
    ['a search that met no patient', { action: 'search', patient_id: '' }, []],
    ['a search that met one', { action: 'search' }, ['mass_access', 'lists']],
    ['an export whose end nobody tells', { action: 'export', outcome: 'unknown' }, ['mass_access', 'output']],
    ['an export that names nobody', { action: 'export', patient_id: '', record_count: 5_000 }, ['counted']],
    ['a read in a closed clinic', { clinic_id: 'c9' }, ['mass_access', 'closed']],
    ['a refused look at a canary patient', { patient_id: canary, outcome: 'failure' }, ['denied', 'canary']],
    ['a read by break-the-glass', { emergency: true }, ['mass_access', 'glass']],
  ] as const)('%s counts where it should', (_, given, expected) => {
    const row: Partial<AccessRow> = { ...aRead, ...given };
    const counting = Object.entries(kinds).flatMap(([kind, title]) => (ruleOf(title).selection.matches(row) ? [kind] : []));
    expect(counting).toEqual(expected);
  });

  it('are told in one sentence each', async () => {
    const { sentences } = await checkRules([pack], shipped);
    expect(sentences).toHaveLength(rules.length);
    expect(sentences.find((sentence) => sentence.includes('within ten minutes: '))).toContain(
      'Raises a high incident when one account reaches at least 40 different patients in at least 2 different clinics within 10 minutes',
    );
  });
});

const aRead = {
  time: '2026-01-05T09:00:00.000Z', group_id: 'g', actor_id: 'nurse.1', clinic_id: 'c1', action: 'read', outcome: 'success', patient_id: 'a'.repeat(32),
} as const; // prettier-ignore

/** A rule of each kind of access. */
const kinds = {
  mass_access: 'Many patients in several clinics within ten minutes',
  output: 'Bulk export, print or download',
  counted: 'Bulk export that names no patient',
  lists: 'Lists of very many patients',
  closed: 'Bulk read in a closed clinic',
  denied: 'Accesses to many patients are refused',
  canary: 'A canary patient was touched',
  glass: 'Break-the-glass for many patients within one hour',
  service: 'A service account from two addresses',
} as const;

function ruleOf(title: string): Rule {
  const rule = rules.find((one) => one.title === title);
  if (!rule) throw new Error(`the pack has no rule ${title}`);
  return rule;
}
