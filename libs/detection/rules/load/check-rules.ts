// rules/load/: the front door of the rules: files, lists and configuration in, rules or mistakes out.
// The only room that reads files, in read-rule-files.ts.

import { type RuleMistake, anyOf, shown } from '../text/mistakes.js';
import type { ValueLists } from '../read/list-values.js';
import { explainRule } from '../words/explain-rule.js';
import { loadRules, type LoadedException } from './load-rules.js';
import { readRuleFiles } from './read-rule-files.js';

export interface CheckedRules {
  /** `file:line title: sentence`, one a rule. */
  readonly sentences: readonly string[];
  /** `file:line title: sentence`, one an exception. */
  readonly exceptions: readonly string[];
  /** What is not wrong, but should be looked at: exceptions that have expired or keep almost nothing, patterns in lists. */
  readonly warnings: readonly RuleMistake[];
  readonly mistakes: readonly RuleMistake[];
}

/**
 * Loads all paths together, since rules may refer to one another across files. `nowMs` is the present instant, for what has expired; left
 * out: nothing has. Never throws.
 */
export async function checkRules(paths: readonly string[], lists?: ValueLists, nowMs = 0): Promise<CheckedRules> {
  const read = await Promise.all(paths.map(readRuleFiles));
  const files = new Map(read.flatMap(({ files }) => files).map((file) => [file.path, file]));
  const { rules, exceptions, mistakes, warnings: doubts } = loadRules([...files.values()], lists);
  return {
    sentences: rules.map((rule) => `${rule.file}:${rule.line} ${rule.title}: ${explainRule(rule)}`),
    exceptions: exceptions.map((one) => `${one.file}:${one.line} ${one.title}: ${explainException(one)}`),
    warnings: [...doubts, ...exceptions.flatMap((one) => (one.expiresMs <= nowMs ? [expired(one)] : []))],
    mistakes: [...read.flatMap(({ mistakes }) => mistakes), ...mistakes],
  };
}

/** What an exception takes out, until when, who answers for it and why. */
export function explainException({ rules, takesOut, expiresMs, owner, reason }: LoadedException): string {
  const until = new Date(expiresMs).toISOString();
  return `Takes out of ${anyOf(rules.map(shown), 'and')}, until ${until}: ${takesOut}. ${owner} answers for it: ${reason}`;
}

function expired({ file, line, title, expiresMs, owner }: LoadedException): RuleMistake {
  const since = new Date(expiresMs).toISOString();
  return {
    file,
    line,
    reason: `the exception ${shown(title)} of ${owner} has expired at ${since} and does nothing since: delete or renew it`,
  };
}

/** `file:line: reason`, as editors and terminals understand it. */
export function mistakeText(mistake: RuleMistake): string {
  return `${mistake.file}:${mistake.line}: ${mistake.reason}`;
}
