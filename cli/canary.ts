import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { canaryList, type ListEntry } from '#libs/contracts/list-entry.js';
import { printable } from '#libs/contracts/visible-text.js';
import { canaryPseudonyms } from '#libs/pseudonyms/canary-lines.js';
import { pseudonymConfig, readGroupKeys } from '#libs/pseudonyms/config.js';
import { readConfig } from '#libs/runtime/config.js';
import { commandConfig } from './config.js';
import { inputLines, refuse } from './input-lines.js';
import { changeListFile, readListFile } from './list-file.js';
import { withStore } from './with-store.js';

export interface CanaryOptions {
  readonly group: string;
  readonly authority?: string;
  /** The text file of VIGIE_LISTS_DIR in place of the table. */
  readonly file?: boolean;
}

const readCanaryConfig = () => readConfig({ ...commandConfig, ...pseudonymConfig });

/**
 * `vigie canary add` and `remove`: identifiers on standard input to pseudonyms in the list `canary_patients`. Neither output nor mistakes
 * repeat what was read: a line is named by its number.
 */
export async function changeCanaries(how: 'add' | 'remove', { group, authority, file }: CanaryOptions): Promise<void> {
  const config = readCanaryConfig();
  const keys = readGroupKeys(config, group);
  const removed = how === 'remove';
  const lines = inputLines(`vigie canary ${how} --group ${group} < identifiers.txt`);
  const { pseudonyms, mistakes, identifiers } = await canaryPseudonyms(lines, keys, { authority });
  if (refuse('standard input', mistakes)) return;
  const changed = file
    ? changeListFile(config.VIGIE_LISTS_DIR, canaryList, pseudonyms, how)
    : await withStore(config, async (client) => {
        const store = new ClickHouseLists(client);
        const before = new Set(
          (await store.entries(canaryList)).filter((one) => one.group_id === group).map(({ value }) => value),
        );
        const values = pseudonyms.filter((one) => before.has(one) === removed);
        await store.put(
          values.map((value) => canaryEntry(value, group)),
          { removed },
        );
        return values.length;
      });
  process.stdout.write(
    `${canaryList} of ${group}: ${identifiers} identifier(s) read, ${changed} pseudonym(s) ${removed ? 'taken out' : 'added'}\n`,
  );
}

/** `vigie canary show`: how many there are for each group, and their pseudonyms. */
export async function showCanaries({ file }: { readonly file?: boolean }): Promise<void> {
  const config = readCanaryConfig();
  const canaries = file
    ? readListFile(config.VIGIE_LISTS_DIR, canaryList).map((value) => ({ group_id: 'any group', value }))
    : await withStore(config, (client) => new ClickHouseLists(client).entries(canaryList));
  for (const { group_id, value } of canaries) process.stdout.write(`${printable([group_id || 'any group', value]).join('\t')}\n`);
  const counts = new Map<string, number>();
  for (const { group_id } of canaries) counts.set(group_id || 'any group', (counts.get(group_id || 'any group') ?? 0) + 1);
  const told = [...counts].map(([group, count]) => `${count} of ${group}`).join(', ');
  process.stderr.write(`${canaries.length} canary patient(s)${told ? `: ${told}` : ''}\n`);
}

/** A planted record of a group as a value of the list. */
export function canaryEntry(value: string, group_id: string): ListEntry {
  return { list_name: canaryList, value, group_id, valid_from: null, valid_until: null, owner: '', reason: 'canary' };
}
