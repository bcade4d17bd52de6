import { describe, expect, it } from '@jest/globals';
import { readRuleFiles } from '../rules/load/read-rule-files.js';
import { readLists } from '../rules/load/require-rules.js';
import { defaultListsDir } from '../rules/load/config.js';
import { runCases } from './run-cases.js';

const { files } = await readRuleFiles(new URL('../../../rules/', import.meta.url).pathname);
const { rules, results, mistakes } = runCases(files, await readLists(defaultListsDir));

describe('the cases of the default rules', () => {
  it('can be run', () => {
    expect(mistakes).toEqual([]);
    expect(rules.length).toBeGreaterThan(0);
  });

  it.each(rules.filter(({ raises }) => raises).map((rule) => [rule.title, rule] as const))(
    '%s: has one that fires and one that does not, and all hold',
    (_, rule) => {
      const own = results.filter((result) => result.rule === rule);
      expect(own.flatMap(({ failure }) => failure ?? [])).toEqual([]);
      expect(own.some((result) => result.case.fires)).toBe(true);
      expect(own.some((result) => !result.case.fires)).toBe(true);
    },
  );

  it('of what only other rules look at hold, too', () => {
    expect(results.flatMap(({ failure }) => failure ?? [])).toEqual([]);
  });
});
