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
  it('joins a second count by what it is', () => {
    const shared = rules.find(({ title }) => title === 'Many accounts read patients from one address outside');
    expect(shared && explainRule(shared)).toContain('at least 6 different accounts and at least 8 different patients within');
    expect(shared && explainRuleInFrench(shared, (title) => title)).toContain(
      'au moins 6 comptes différents et au moins 8 patients différents en',
    );
  });

  it('has its words agree', () => {
    expect(told('{ field: device, gte: 2 }')).toContain('au moins 2 valeurs de device différentes en');
    expect(told('{ field: [device, purpose], gte: 2 }')).toContain('au moins 2 combinaisons de device et purpose différentes en');
    expect(told('{ field: source_ip, gte: 2 }')).toContain('au moins 2 adresses différentes en');
    expect(told('{ field: device, gte: 1 }')).toContain('au moins 1 valeur de device différente en');
    expect(told('{ field: patient_id, gte: 2 }')).toContain('au moins 2 patients différents en');
    expect(told('{ field: patient_id, gte: 2 }')).toMatch(
      / Ici, who est user_agent pour «\u00a0a\u00a0» et auth pour «\u00a0b\u00a0»\./,
    );
  });
});

function event(name: string): string {
  return `title: ${name}\nname: ${name}\nlogsource: {product: ehr}\ndetection: {s: {device|exists: true}, condition: s}\n---\n`;
}

/** A rule that counts so, in French. */
function told(condition: string): string {
  const text = `${event('a')}${event('b')}title: c\nname: c\nlevel: low\ncorrelation: {type: value_count, rules: [a, b], group-by: [group_id, actor_id, who], aliases: {who: {a: user_agent, b: auth}}, timespan: 1h, condition: ${condition}}\n`;
  const loaded = loadRules([{ path: 'a.yml', text }]);
  const [rule] = loaded.rules;
  if (!rule) throw new Error(JSON.stringify(loaded.mistakes));
  return explainRuleInFrench(rule, (title) => title);
}

function numbers(text: string): readonly number[] {
  return (
    text
      .replaceAll(/[,\u202f\u00a0](?=\d{3})/g, '')
      .match(/\d+/g)
      ?.map(Number) ?? []
  );
}
