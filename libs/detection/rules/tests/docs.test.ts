import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { ClinicsReader } from '#libs/formats/registers/clinics-csv.js';
import { ruleTypes } from '../../rule/rule.js';
import { explainException } from '../load/check-rules.js';
import { explainRule } from '../words/explain-rule.js';
import { fieldNames, kindOf } from '../match/fields.js';
import type { FieldKind } from '../match/fields.js';
import { isField } from '../match/fields.js';
import { loadRules } from '../load/load-rules.js';
import { modifierNames } from '../read/modifiers.js';
import { runCases } from '../../cases/run-cases.js';
import { correlationKeys } from '../read/vigie-keys.js';

const page = await readFile(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)]
  .map(([, text = '']) => text)
  .filter((text) => text.startsWith('title:'));
const files = examples.map((text, index) => ({ path: `docs/rules.md example ${index + 1}`, text }));
const lists = new Map([['service_accounts', ['svc-lab']]]);

describe('the page on rules', () => {
  const { rules, exceptions, mistakes } = loadRules(files, lists);

  it('has examples that load', () => {
    expect(mistakes).toEqual([]);
    expect(rules.map(explainRule)).toEqual([
      'Raises a high incident when one account reaches at least 60 different patients in at least 2 different clinics within 1 hour, and tells it again at 60, 600 patients. What counts: "Night look at records of staff".',
      'Raises a high incident when one account reaches at least 8 different patients within 10 minutes. What counts: "Read outside care". From there on it is told where that is more than what the account and its peers usually reach in a day, compared by how many times as much, with a share of 0.15 of the budget. While nothing is known of them it never holds.',
      'Raises a medium incident when one account reaches at least 20 different patients within 24 hours. What counts: "Read outside care". It does so only where all counts of the day, with those of the days before, are more than chance makes of what is usual. While nothing is known it never holds.',
      'Raises a medium incident when one device, over all accounts that use it, reaches at least 10 different accounts within 1 hour. What counts: "Read at a device".',
      'Raises nothing itself, and holds when one account reaches at least 5 events within 10 minutes, counted for each source_ip apart. What counts: "Failed log-in".',
      'Raises a critical incident when one account meets, within 1 hour, counted for each address apart, in this order: "Many failed log-ins from one address" being met, then "Export". Here address is source_ip in "Many failed log-ins from one address" being met and source_ip in "Export". Without what exceptions take out: "The yearly quality audit exports from its own station" until 2027-01-31T00:00:00.000Z (head of quality).',
      'Raises a medium incident when one account makes an access of "Export without a reason", and takes those that follow within the quiet time into the same one.',
    ]);
    expect(exceptions.map(explainException)).toEqual([
      'Takes out of "Export", until 2027-01-31T00:00:00.000Z: actor_id is "audit.quality" and device is "pc-audit". head of quality answers for it: Audit 2026, agreed with the data protection officer on 2026-11-02',
    ]);
  });

  it('has cases that hold', () => {
    const { results } = runCases(files, lists);
    expect(results.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('has a register of clinics that is read', () => {
    const reader = new ClinicsReader();
    for (const line of (/```csv\n([^]*?)```/.exec(page)?.[1] ?? '').split('\n')) reader.take(line);
    expect([reader.clinics.length, reader.mistakes]).toEqual([2, []]);
  });

  it('names every type, every key and every operator', () => {
    const keys = ['aliases', 'generate', 'timespan', 'expires', 'owner', 'reason', 'times', 'every', 'at', 'start', 'fires'];
    for (const name of [...ruleTypes, ...correlationKeys, ...keys])
      expect([name, page.includes(`\`${name}\``)]).toEqual([name, true]);
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
