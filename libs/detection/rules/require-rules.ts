import { ConfigError } from '#libs/runtime/config.js';
import { mistakeText } from './check-rules.js';
import { defaultListsDir, type RulesConfig } from './config.js';
import type { ValueLists } from './detection.js';
import { type LoadedRules, loadRules } from './load-rules.js';
import { readRuleFiles, readValueLists } from './read-rule-files.js';

/** The rules that the configuration names, for a process that cannot do without them. Throws `ConfigError` that lists every mistake with file and line. */
export async function requireRules({ VIGIE_RULES_DIR: folder, VIGIE_LISTS_DIR: listsFolder }: RulesConfig): Promise<LoadedRules> {
  const { files, mistakes: unread } = await readRuleFiles(folder);
  const loaded = loadRules(files, await readLists(listsFolder));
  const mistakes = [...unread, ...loaded.mistakes];
  if (mistakes.length)
    throw new ConfigError(`the rules have ${mistakes.length} mistake(s):\n  ${mistakes.map(mistakeText).join('\n  ')}`);
  return loaded;
}

/** The lists of a folder, over those that come with the default pack. */
export async function readLists(folder: string): Promise<ValueLists> {
  return new Map([...(await readValueLists(defaultListsDir)), ...(await readValueLists(folder))]);
}
