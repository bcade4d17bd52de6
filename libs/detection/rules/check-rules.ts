import type { RuleMistake } from '../rule.js';
import type { ValueLists } from './detection.js';
import { explainRule } from './explain-rule.js';
import { loadRules } from './load-rules.js';
import { readRuleFiles } from './read-rule-files.js';

export interface CheckedRules {
  /** `file:line title: sentence`, one a rule. */
  readonly sentences: readonly string[];
  readonly mistakes: readonly RuleMistake[];
}

/** Loads all paths together, since rules may refer to one another across files. Never throws. */
export async function checkRules(paths: readonly string[], lists?: ValueLists): Promise<CheckedRules> {
  const read = await Promise.all(paths.map(readRuleFiles));
  const files = new Map(read.flatMap(({ files }) => files).map((file) => [file.path, file]));
  const { rules, mistakes } = loadRules([...files.values()], lists);
  const sentences = rules.map((rule) => `${rule.file}:${rule.line} ${rule.title}: ${explainRule(rule)}`);
  return { sentences, mistakes: [...read.flatMap(({ mistakes }) => mistakes), ...mistakes] };
}

/** `file:line: reason`, as editors and terminals understand it. */
export function mistakeText(mistake: RuleMistake): string {
  return `${mistake.file}:${mistake.line}: ${mistake.reason}`;
}
