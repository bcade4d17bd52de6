import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { usableAccessRow } from '#libs/contracts/access-row.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { anAccessRow } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { FrameScanner } from '../scan/frame-scanner.js';
import { randomHistories } from '../definition/random-history.suite.js';
import { SelectionSets } from '../memory/selection-sets.js';
import { compileSeries } from '../compile/compile-series.js';
import { ScannedRow } from '../scan/scanned-row.js';
import { defaultListsDir, rulesConfig } from '../rules/load/config.js';
import { requireRules } from '../rules/load/require-rules.js';
import { atomsOf } from '../rules/match/atoms.js';
import { wordsOnly } from '../rules/match/match-parts.js';
import { type Match, or, test } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';
import { Selector } from './selector.js';
import { Texts } from '../memory/texts.js';

describe('the selections of a row', () => {
  it('are those whose conditions it meets, whatever was asked before', () => {
    const row = new ScannedRow();
    let asked = 0;
    for (const { rows, rules } of randomHistories(400)) {
      const { live, selectionIds } = compileSeries(rules, [], { quietMs: 0, allowedLatenessMs: 0 });
      const texts = new Texts();
      const sets = new SelectionSets(selectionIds.length);
      const selector = new Selector(live, texts, sets);
      const scanner = new FrameScanner(Buffer.from(rows.map((one) => `${JSON.stringify(one)}\n`).join('')));
      for (const access of rows) {
        scanner.next(row);
        row.clinic = texts.ofBytes(row.bytes, row.view, row.clinicStart, row.clinicEnd);
        const judged = usableAccessRow.parse(access);
        const wanted = live.flatMap(({ number, selection }) => (selection.matches(judged) ? number : []));
        expect(sets.members(selector.setOf(row))).toEqual(wanted.toSorted((a, b) => a - b));
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(5_000);
  });

  it.each([2, 4, 90])(
    'are those when each of nine fields has %i values that conditions tell apart, in any combination',
    (values) => {
      const named = Array.from({ length: values }, (_, n) => `value-${n}-of-some-length`.slice(0, n % 2 === 0 ? 8 : 20));
      const names = [...new Set(named)];
      const rules = names.map((name) =>
        aRule({ id: name, selection: selectionOf(or(texts.map((field) => isText(field, name)))) }),
      );
      const { live, selectionIds } = compileSeries(rules, [], { quietMs: 0, allowedLatenessMs: 0 });
      const sets = new SelectionSets(selectionIds.length);
      const known = new Texts();
      const selector = new Selector(live, known, sets);
      const value = fc.oneof({ arbitrary: fc.constantFrom(...names, 'none of them'), weight: 3 }, fc.constant(undefined));
      const access = fc.record(Object.fromEntries(texts.map((field) => [field, value])));
      const row = new ScannedRow();
      fc.assert(
        fc.property(access, (fields) => {
          const given = anAccessRow(Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== undefined)));
          new FrameScanner(Buffer.from(`${JSON.stringify(given)}\n`)).next(row);
          row.clinic = known.ofBytes(row.bytes, row.view, row.clinicStart, row.clinicEnd);
          const wanted = live.flatMap(({ number, selection }) => (selection.matches(given) ? number : []));
          expect(sets.members(selector.setOf(row))).toEqual(wanted.toSorted((a, b) => a - b));
        }),
        { numRuns: casesOf(500, 20_000) },
      );
    },
  );

  it.each([
    ['letters of ASCII', ['svc-lab', 'svc-lab-results', 'dr "x"', 'back\\slash']],
    ['accents', ['svc-lab', 'agnès', 'İ', 'straße']],
    ['signs that letters of ASCII are in another case', ['svc-lab', '\u212a', 'le\u017f']],
  ])('are those where lists of accounts hold %s and a rule asks for a group, whatever the names are', (_, listed) => {
    const names = [...listed, 'SVC-Lab', 'AGNÈS', 'k', 'K', 'i', 'I', 'les', 'STRASSE', 'nobody'];
    const groups = ['vigie', 'aleo', 'VIGIE', 'gr"oup', 'groupe-hospitalier-du-léman'];
    const rules = [...listed.map((name) => ['actor_id', name] as const), ['group_id', 'vigie'] as const].map(([field, name]) =>
      aRule({ id: `${field} ${name}`, selection: selectionOf(isText(field, name)) }),
    );
    const { live, selectionIds } = compileSeries(rules, [], { quietMs: 0, allowedLatenessMs: 0 });
    const sets = new SelectionSets(selectionIds.length);
    const known = new Texts();
    const selector = new Selector(live, known, sets);
    const row = new ScannedRow();
    const anyName = fc.oneof(fc.constantFrom(...names), fc.string({ minLength: 1, maxLength: 6 }));
    const anyGroup = fc.oneof(fc.constantFrom(...groups), fc.string({ minLength: 1, maxLength: 6 }));
    let met = 0;
    fc.assert(
      fc.property(anyGroup, anyName, (group_id, actor_id) => {
        const given = anAccessRow({ group_id, actor_id });
        new FrameScanner(Buffer.from(`${JSON.stringify(given)}\n`)).next(row);
        row.clinic = known.ofBytes(row.bytes, row.view, row.clinicStart, row.clinicEnd);
        const wanted = live.flatMap(({ number, selection }) => (selection.matches(given) ? number : []));
        expect(sets.members(selector.setOf(row))).toEqual(wanted.toSorted((a, b) => a - b));
        met += wanted.length;
      }),
      { numRuns: casesOf(500, 20_000) },
    );
    expect(met).toBeGreaterThan(100);
  });

  it('ask nothing of the names of accounts in the pack but which are on lists, so that whoever is on none costs no text', async () => {
    const folders = { VIGIE_RULES_DIR: rulesConfig.VIGIE_RULES_DIR.parse(undefined), VIGIE_LISTS_DIR: defaultListsDir };
    const { rules } = await requireRules(folders, new Map([['service_accounts', ['svc-lab', 'SVC-Billing', 'agnès']]]));
    const { live } = compileSeries(rules, [], { quietMs: 0, allowedLatenessMs: 0 });
    const atoms = live.flatMap(({ selection: { tree } }) => (tree && atomsOf(tree)) ?? []);
    const names = wordsOnly(atoms.filter(({ field }) => field === 'actor_id').map(({ match }) => match));
    expect(new Set(names)).toEqual(new Set(['svc-lab', 'svc-billing', 'agnès']));
  });
});

const texts = [
  'actor_role',
  'purpose',
  'source_ip',
  'device',
  'user_agent',
  'session_id',
  'auth',
  'application',
  'key_id',
] as const;

function isText(field: (typeof texts)[number] | 'actor_id' | 'group_id', literal: string): Match {
  return test({ kind: 'glob', field, parts: [{ literal }], cased: false });
}
