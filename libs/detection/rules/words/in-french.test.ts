import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { loadRules } from '../load/load-rules.js';
import { readRuleFiles } from '../load/read-rule-files.js';
import { readLists } from '../load/require-rules.js';
import { explainRule } from './explain-rule.js';
import { explainRuleInFrench } from './in-french.js';

const { rules } = loadRules((await readRuleFiles(join(projectRoot, 'rules'))).files, await readLists(join(projectRoot, 'lists')));

describe('a rule in French', () => {
  it('is told in sentences without a word of English but for titles and fields', () => {
    expect(rules.length).toBeGreaterThan(40);
    for (const rule of rules) {
      const text = explainRuleInFrench(rule, () => 'T');
      expect(text).not.toMatch(/undefined|\b(the|when|one|within|different|at least|accesses|of|and|hours|minutes|days)\b/);
      expect(text).toMatch(/^(Ouvre un incident|N’ouvre rien elle-même).+\.$/);
    }
  });

  it('has the numbers of the English one', () => {
    for (const rule of rules.filter(({ habit }) => !habit)) {
      const english = explainRule({ ...rule, exceptions: [] });
      // Titles may hold numbers of their own.
      const told = numbers(explainRuleInFrench(rule, () => 'T'));
      expect(told).toEqual(
        expect.arrayContaining([rule.condition.atLeast, ...rule.steps].filter((value) => numbers(english).includes(value))),
      );
    }
  });

  it('reads as people would write it', () => {
    const wanted = rules.find(({ title }) => title === 'Many patients in several clinics within ten minutes');
    expect(
      wanted &&
        explainRuleInFrench(wanted, (title) =>
          title === 'Access to a patient record' ? 'Accès au dossier d’un patient' : title,
        ),
    ).toMatch(
      /^Ouvre un incident .+ quand un compte atteint au moins 40 patients différents dans au moins 2 établissements différents en 10 min/,
    );
  });
});

function numbers(text: string): readonly number[] {
  return (
    text
      .replaceAll(/[,\u202f\u00a0](?=\d{3})/g, '')
      .match(/\d+/g)
      ?.map(Number) ?? []
  );
}
