// rules/load/: the front door of the rules: files, lists and configuration in, rules or mistakes out.
// The only room that reads files, in find-files.ts and read-text.ts.

import { projectRoot } from '#libs/runtime/paths.js';
import { printable } from '#libs/contracts/visible-text.js';
import type { Rule } from '../../rule/rule.js';
import { type RuleMistake, anyOf, shown } from '../text/mistakes.js';
import { foreignText } from '../read/foreign.js';
import type { ValueLists } from '../read/list-values.js';
import { explainRule } from '../words/explain-rule.js';
import { wordsOf } from '../words/words.js';
import { isThereFrom } from './find-files.js';
import { loadRules, type LoadedException } from './load-rules.js';
import { listNameOf, readAllRuleFiles } from './read-rule-files.js';

export { mistakeText } from '../text/mistakes.js';
export { explainRule } from '../words/explain-rule.js';
export { explainRuleInFrench } from '../words/in-french.js';

export interface CheckedRules {
  /** `file:line title: sentence`, one an event rule. */
  readonly events: readonly string[];
  /** `file:line title: sentence`, one a rule. */
  readonly sentences: readonly string[];
  /** `file:line title: sentence`, one an exception. */
  readonly exceptions: readonly string[];
  /** What is not wrong, but should be looked at: exceptions that have expired or keep almost nothing, patterns in lists, files without a document. */
  readonly warnings: readonly RuleMistake[];
  readonly mistakes: readonly RuleMistake[];
  /** How many rules for other products are passed over, as a sentence; undefined where there are none. */
  readonly passedOver: string | undefined;
}

/**
 * Loads all paths together, since rules may refer to one another across files. `nowMs` is the present instant, for what has expired; left
 * out: nothing has. `listFiles` are files of lists that some rule should name. Every text is one line, whatever the titles in it hold. Never throws.
 */
export async function checkRules(
  paths: readonly string[],
  lists: ValueLists = new Map(),
  nowMs = 0,
  listFiles: readonly string[] = [],
): Promise<CheckedRules> {
  const { files, mistakes: unread } = await readAllRuleFiles(paths);
  const named = new Set<string>();
  const get: ValueLists['get'] = (name) => {
    named.add(name);
    return lists.get(name);
  };
  const { events, rules, exceptions, mistakes, warnings, passedOver } = loadRules(files, { get }, unread);
  return {
    events: events.map((event) => told(event, explainSelection(wordsOf(event.match)))),
    sentences: rules.map((rule) => told(rule, explainRule(rule))),
    // One that is for no rule is among the mistakes.
    exceptions: exceptions.filter((one) => one.rules.length > 0).map((one) => told(one, explainException(one))),
    warnings: [
      ...warnings,
      ...rules.flatMap(withoutRunbook),
      ...exceptions.flatMap((one) => (one.expiresMs <= nowMs ? [expired(one)] : [])),
      ...(mistakes.length === 0 ? listFiles.flatMap((file) => unnamed(file, named)) : []),
    ],
    mistakes,
    passedOver: passedOver.length > 0 ? printable(`${foreignText(passedOver)} passed over`) : undefined,
  };
}

function explainSelection(words: string): string {
  if (words === 'any access') return 'Selects every access.';
  return words === 'no access'
    ? 'Selects no access, since a list that it takes values from is empty.'
    : `Selects every access where ${words}.`;
}

function told({ file, line, title }: Pick<LoadedException, 'file' | 'line' | 'title'>, sentence: string): string {
  return printable(`${file}:${line} ${title}: ${sentence}`);
}

/** What an exception takes out, until when, who answers for it and why. */
export function explainException({ rules, takesOut, expiresMs, owner, reason }: LoadedException): string {
  const until = new Date(expiresMs).toISOString();
  return `Takes out of ${anyOf(rules.map(shown), 'and')}, until ${until}: ${takesOut}. ${owner} answers for it: ${reason}`;
}

/** The same in French; `titleOf` has the French titles of rules. What people wrote stands as they wrote it. */
export function explainExceptionInFrench(exception: LoadedException, titleOf: (title: string) => string): string {
  const { rules, takesOutInFrench, expiresMs, owner, reason } = exception;
  const until = new Date(expiresMs).toISOString();
  const titles = rules.map((title) => `«\u00a0${titleOf(title)}\u00a0»`);
  const all = titles.length < 2 ? titles.join('') : `${titles.slice(0, -1).join(', ')} et de ${titles.at(-1)}`;
  return `Retire de ${all}, jusqu’au ${until}\u00a0: ${takesOutInFrench}. ${owner} en répond\u00a0: ${reason}`;
}

/** Whoever is told of an incident at night is sent there. */
function withoutRunbook({ file, line, runbook }: Pick<Rule, 'file' | 'line' | 'runbook'>): readonly RuleMistake[] {
  if (runbook === '' || isThereFrom(file, runbook)) return [];
  const reason = `the runbook ${shown(runbook)} is neither in a folder above this file nor among those of Vigie (${projectRoot}): write it there, or correct the path`;
  return [{ file, line, reason }];
}

/** The name of a list is that of its file, so that a slip in it is a list that nobody looks at. */
function unnamed(file: string, named: ReadonlySet<string>): readonly RuleMistake[] {
  const name = listNameOf(file);
  if (named.has(name)) return [];
  const known = [...named].toSorted();
  const reason = `no rule names the list ${shown(name)}${known.length > 0 ? `, they name ${anyOf(known, 'and')}` : ''}: correct the name of the file, or delete it`;
  return [{ file, line: 1, reason }];
}

function expired({ file, line, title, expiresMs, owner }: LoadedException): RuleMistake {
  const since = new Date(expiresMs).toISOString();
  return {
    file,
    line,
    reason: `the exception ${shown(title)} of ${owner} has expired at ${since} and does nothing since: delete or renew it`,
  };
}
