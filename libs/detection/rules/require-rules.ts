import { ConfigError } from '#libs/runtime/config.js';
import { mistakeText } from './check-rules.js';
import type { ValueLists } from './detection.js';
import { type LoadedRules, loadRules } from './load-rules.js';
import { readRuleFiles } from './read-rule-files.js';

/**
 * The rules of a folder, for a process that cannot do without them. Throws `ConfigError` that lists every mistake with file and line.
 * `lists` are the values behind `%names%`, see `readValueLists`.
 */
export async function requireRules(folder: string, lists?: ValueLists): Promise<LoadedRules> {
  const { files, mistakes: unread } = await readRuleFiles(folder);
  const loaded = loadRules(files, lists);
  const mistakes = [...unread, ...loaded.mistakes];
  if (mistakes.length)
    throw new ConfigError(`the rules have ${mistakes.length} mistake(s):\n  ${mistakes.map(mistakeText).join('\n  ')}`);
  return loaded;
}
