import type { Clinic } from '#libs/contracts/list-entry.js';
import { ConfigError } from '#libs/runtime/config.js';
import { type RuleMistake, mistakeText } from '../text/mistakes.js';
import { defaultListsDir, type RulesConfig } from './config.js';
import type { ValueLists } from '../read/list-values.js';
import { closedClinicsOf, mergeLists } from './lists.js';
import { type LoadedRules, loadRules, type RuleFile } from './load-rules.js';
import { readClinicsFile, readRuleFiles, readValueLists } from './read-rule-files.js';

export { foreignText } from '../read/foreign.js';

/**
 * The rules that the configuration names, for a process that cannot do without them. `extraLists` are lists from elsewhere, such as tables;
 * their values join those of the files. `proposed` is a file that is not in the folder yet. Throws `ConfigError` that lists every mistake with file and line.
 */
export async function requireRules(
  config: RulesConfig,
  extraLists: ValueLists = new Map(),
  proposed?: RuleFile,
): Promise<LoadedRules> {
  const { files, mistakes: unread } = await readRuleFiles(config.VIGIE_RULES_DIR);
  const lists = await readLists(config.VIGIE_LISTS_DIR, config.VIGIE_CLINICS_FILE);
  const loaded = loadRules(proposed ? [...files, proposed] : files, mergeLists(lists, extraLists), unread);
  refuse('the rules have', loaded.mistakes);
  return loaded;
}

/**
 * The lists of a folder, over those that come with the default pack, and `%closed_clinics%` of the register of clinics beside what the
 * folder says of it: empty where there is neither. Throws `ConfigError` that lists every mistake of the register.
 */
export async function readLists(folder: string, clinicsFile?: string): Promise<ValueLists> {
  const lists = new Map([...(await readValueLists(defaultListsDir)), ...(await readValueLists(folder))]);
  return mergeLists(lists, closedClinicsOf(await readRegister(clinicsFile)));
}

/** The clinics of the register, none where it is not named. Throws `ConfigError` that lists every mistake of it. */
export async function readRegister(clinicsFile: string | undefined): Promise<readonly Clinic[]> {
  if (clinicsFile === undefined) return [];
  const { clinics, mistakes } = await readClinicsFile(clinicsFile);
  refuse('the register of clinics has', mistakes);
  return clinics;
}

function refuse(what: string, mistakes: readonly RuleMistake[]): void {
  if (mistakes.length > 0)
    throw new ConfigError(`${what} ${mistakes.length} mistake(s):\n  ${mistakes.map(mistakeText).join('\n  ')}`);
}
