// cases/: plays the accesses that a rule file gives as examples through the engine, and says what came out otherwise.
// What `vigie rules test` runs.

import type { CaseReport } from './run-cases.js';

/** For people: a line for each rule and each of its cases. A rule that raises and has no case says so. */
export function reportLines({ rules, results }: CaseReport): readonly string[] {
  return rules.flatMap((rule) => {
    const own = results.filter((result) => result.rule === rule);
    const firing = own.filter((result) => result.case.fires).length;
    const failed = own.filter(({ failure }) => failure !== undefined).length;
    const count = own.length === 0 ? 'no cases' : `${own.length} case(s), ${firing} of them firing, ${failed} failed`;
    const head = `${rule.file}:${rule.line} ${rule.title}: ${count}`;
    return [head, ...own.map((result) => `  ${result.failure === undefined ? 'ok' : 'FAILED'}: ${result.case.name}`)];
  });
}

/** `5 case(s), 1 failed, 2 rule(s) without cases`. */
export function reportSummary({ rules, results }: CaseReport): string {
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  const without = rules.filter((rule) => rule.raises && !results.some((result) => result.rule === rule)).length;
  return `${results.length} case(s), ${failed} failed, ${without} rule(s) without cases`;
}
