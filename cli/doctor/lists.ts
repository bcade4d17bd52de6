import type { FiringProgram } from '#libs/access-store/inspect/inspect-store.js';
import { canaryList, closedClinicsList } from '#libs/contracts/list-entry.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import { type CommandConfig } from '../config.js';
import { advice, type Finding, fine } from './finding.js';

const serviceAccounts = 'service_accounts';

/** What no hospital is without, and what is not seen while the list is empty. */
const expected: Readonly<Record<string, readonly [string, string]>> = {
  [serviceAccounts]: [
    'interfaces and nightly batches read widely, and each will be an incident',
    'vigie lists add service_accounts --owner it --reason interfaces < accounts.txt',
  ],
  [closedClinicsList]: [
    'no clinic is known to be closed, so reading in one is nothing special',
    'vigie clinics import clinics.csv, with closed_at of those that closed',
  ],
  [canaryList]: [
    'nobody stumbles over a planted record',
    'plant records in the record platform, and vigie canary add --group <group_id> < identifiers.txt',
  ],
};

export interface ListFacts {
  /** Values of each list that rules name, of files and tables together. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Values of `service_accounts` that stand in files. */
  readonly programs: ReadonlySet<string>;
  readonly firing: readonly FiringProgram[];
}

/** Which lists that rules name are empty, and which accounts belong into one. */
export function listFindings({ sizes, programs, firing }: ListFacts): readonly Finding[] {
  const empty = [...sizes].filter(([, size]) => size === 0).map(([name]) => name);
  const known = empty.filter((name) => expected[name]);
  const others = empty.filter((name) => !expected[name]);
  const filled = [...sizes].filter(([, size]) => size > 0).map(([name, size]) => `${name} ${size}`);
  const strangers = firing.filter(({ actor_id }) => !programs.has(actor_id));
  return [
    ...known.map((name) => advice('lists', `${name} is empty: ${expected[name]?.[0]}`, expected[name]?.[1] ?? '')),
    ...strangers.map(({ group_id, actor_id, incidents, why }) =>
      advice(
        'lists',
        `${actor_id} of ${group_id} had ${incidents} incident(s) in thirty days, and ${why}`,
        `if it is one: vigie lists add ${serviceAccounts} --group ${group_id} --owner <who> --reason <what it does>; if not, it is a case`,
      ),
    ),
    ...(filled.length ? [fine('lists', `values by list: ${filled.join(', ')}`)] : []),
    ...(others.length ? [fine('lists', `empty, as it may be: ${others.join(', ')}`)] : []),
  ];
}

/** The lists that the rules of the configuration name, with how many values files and `stored` give them. Throws `ConfigError`. */
export async function listSizes(
  config: CommandConfig,
  stored: ReadonlyMap<string, number>,
): Promise<Pick<ListFacts, 'sizes' | 'programs'>> {
  const { files } = await readRuleFiles(config.VIGIE_RULES_DIR);
  const names = files.flatMap(({ text }) =>
    [...text.replaceAll(/^\s*#.*$/gm, '').matchAll(/%([A-Za-z0-9_.-]+)%/g)].map(([, name = '']) => name),
  );
  const inFiles = await readLists(config.VIGIE_LISTS_DIR, config.VIGIE_CLINICS_FILE);
  const sizes = new Map(
    [...new Set(names)].toSorted().map((name) => [name, (inFiles.get(name)?.length ?? 0) + (stored.get(name) ?? 0)]),
  );
  return {
    sizes,
    programs: new Set((inFiles.get(serviceAccounts) ?? []).map((one) => (typeof one === 'string' ? one : one.text))),
  };
}
