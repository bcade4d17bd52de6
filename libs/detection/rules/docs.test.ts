import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { explainRule } from './explain-rule.js';
import { fieldNames, kindOf } from './fields.js';
import type { FieldKind } from './fields.js';
import { isField } from './fields.js';
import { loadRules } from './load-rules.js';
import { modifierNames } from './modifiers.js';

const page = await readFile(new URL('../../../docs/rules.md', import.meta.url), 'utf8');
const [example = ''] = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);
const lists = new Map([['service_accounts', ['svc-lab']]]);

describe('the page on rules', () => {
  const { rules, mistakes } = loadRules([{ path: 'docs/rules.md', text: example }], lists);

  it('has an example that loads', () => {
    expect(mistakes).toEqual([]);
    expect(rules.map(explainRule)).toEqual([
      'Raises a high incident when one account reaches at least 60 different patients in at least 2 different clinics within 1 hour, and tells it again at 60, 600 patients.',
    ]);
  });

  it.each([
    ['at night in Paris', { time: '2026-11-23T23:30:00.000Z' }, true],
    ['by day', { time: '2026-11-23T12:00:00.000Z' }, false],
    ['by a service account', { time: '2026-11-23T23:30:00.000Z', actor_id: 'SVC-LAB' }, false],
    ['in an emergency', { time: '2026-11-23T23:30:00.000Z', emergency: true }, false],
  ])('has an example that selects as it says: %s', (_, row, selected) => {
    expect(rules[0]?.selection.matches({ action: 'read', actor_id: 'a', ...row })).toBe(selected);
  });

  it('names every field that may be asked, and every modifier', () => {
    const arrival: FieldKind = 'arrival';
    for (const name of fieldNames)
      expect([name, isField(name) && (kindOf(name) === arrival || page.includes(`\`${name}\``))]).toEqual([name, true]);
    for (const name of modifierNames) expect([name, page.includes(`\`${name}\``)]).toEqual([name, true]);
  });
});
