import type { Rule } from '#libs/detection/rule/rule.js';
import { mistakeText } from '#libs/detection/rules/load/check-rules.js';
import { type ValueLists, closedClinicsOf, mergeLists } from '#libs/detection/rules/load/lists.js';
import { type LoadedRules, loadRules, type RuleFile } from '#libs/detection/rules/load/load-rules.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import { ClinicsReader } from '#libs/formats/registers/clinics-csv.js';
import { announcedWork } from '../hospital/announced.js';
import type { Hospital } from '../hospital/hospital.js';
import type { WeekOrder } from '../hospital/weeks/weeks.js';
import { clinicsCsv } from '../hospital/registers.js';
import { exceptionDocuments } from './exceptions.js';
import type { RulesForPlay } from './play.js';

export interface PackOptions {
  readonly rulesDir: string;
  readonly listsDir: string;
  readonly exceptions: boolean;
  readonly migration: boolean;
  readonly weeks?: readonly WeekOrder[];
  /** Rules that are left out: ids or titles of correlations. */
  readonly without?: readonly string[];
}

/** The rules of a folder with the registers of a simulated hospital, and with exceptions for what it announces. Throws with every mistake. */
export async function packFor(
  hospital: Hospital,
  { rulesDir, listsDir, exceptions, migration, weeks = [], without = [] }: PackOptions,
): Promise<RulesForPlay> {
  const { files, mistakes } = await readRuleFiles(rulesDir);
  if (mistakes.length) throw new Error(mistakes.map(mistakeText).join('\n'));
  const lists = mergeLists(await readLists(listsDir), registersOf(hospital));
  const load = (more: readonly RuleFile[]): readonly Rule[] =>
    withoutMistakes(loadRules([...files, ...more], lists)).filter(
      ({ id, title }) => !without.includes(id) && !without.includes(title),
    );
  const rules = load([]);
  if (!exceptions) return { rules };
  const announced = announcedWork(hospital, { migration, weeks });
  const text = exceptionDocuments(announced, rules);
  const excepted = text ? load([{ path: 'announced work', text }]) : rules;
  const actors = new Set(announced.map(({ actorId }) => actorId));
  return { rules, excepted: { rules: excepted, actors, exceptions: announced.length } };
}

/** Its service accounts, and the clinics that its register says are closed. */
function registersOf(hospital: Hospital): ValueLists {
  const register = new ClinicsReader();
  for (const line of clinicsCsv(hospital).split('\n')) register.take(line);
  return mergeLists(new Map([['service_accounts', hospital.serviceAccounts]]), closedClinicsOf(register.clinics));
}

function withoutMistakes({ rules, mistakes }: LoadedRules): readonly Rule[] {
  if (mistakes.length) throw new Error(mistakes.map(mistakeText).join('\n'));
  return rules;
}
