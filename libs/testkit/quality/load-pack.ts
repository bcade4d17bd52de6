import type { Rule } from '#libs/detection/rule/rule.js';
import { mistakeText } from '#libs/detection/rules/load/check-rules.js';
import { type ValueLists, closedClinicsOf, mergeLists } from '#libs/detection/rules/load/lists.js';
import { type LoadedRules, loadRules, type RuleFile } from '#libs/detection/rules/load/load-rules.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import { ClinicsReader } from '#libs/formats/registers/clinics-csv.js';
import { type AnnouncedWork, announcedWork } from '../hospital/announced.js';
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
  { exceptions, migration, weeks = [], ...folders }: PackOptions,
): Promise<RulesForPlay> {
  const load = await loaderOf(folders, registersOf(hospital));
  return packed(load, exceptions ? announcedWork(hospital, { migration, weeks }) : []);
}

/** The rules of a folder with the lists of a group, and with exceptions for what it announces. Throws with every mistake. */
export async function packWith(
  folders: Pick<PackOptions, 'rulesDir' | 'listsDir' | 'without'>,
  lists: ValueLists,
  announced: readonly AnnouncedWork[] = [],
): Promise<RulesForPlay> {
  return packed(await loaderOf(folders, lists), announced);
}

function packed(load: (more: readonly RuleFile[]) => readonly Rule[], announced: readonly AnnouncedWork[]): RulesForPlay {
  const rules = load([]);
  if (announced.length === 0) return { rules };
  const text = exceptionDocuments(announced, rules);
  const excepted = text ? load([{ path: 'announced work', text }]) : rules;
  const actors = new Set(announced.map(({ actorId }) => actorId));
  return { rules, excepted: { rules: excepted, actors, exceptions: announced.length } };
}

/** What every hospital says of itself. */
export function listsOf(serviceAccounts: readonly string[], closedClinics: readonly string[]): ValueLists {
  return new Map([
    ['service_accounts', serviceAccounts],
    ['closed_clinics', closedClinics],
  ]);
}

async function loaderOf(
  { rulesDir, listsDir, without = [] }: Pick<PackOptions, 'rulesDir' | 'listsDir' | 'without'>,
  registers: ValueLists,
): Promise<(more: readonly RuleFile[]) => readonly Rule[]> {
  const { files, mistakes } = await readRuleFiles(rulesDir);
  if (mistakes.length) throw new Error(mistakes.map(mistakeText).join('\n'));
  const lists = mergeLists(await readLists(listsDir), registers);
  return (more) =>
    withoutMistakes(loadRules([...files, ...more], lists)).filter(
      ({ id, title }) => !without.includes(id) && !without.includes(title),
    );
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
