import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { canaryList, type ListEntry, listEntry } from '#libs/contracts/list-entry.js';
import { printable } from '#libs/contracts/visible-text.js';
import { calendarTime, calendarTimeTaken } from '#libs/formats/calendar-time.js';
import type { LineMistake } from '#libs/formats/registers/register-csv.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readCommandConfig } from './config.js';
import { inputLines, refuse } from './input-lines.js';
import { withStore } from './with-store.js';

export interface AddOptions {
  readonly group?: string;
  readonly from?: string;
  readonly until?: string;
  readonly owner?: string;
  readonly reason?: string;
}

/** `vigie lists show`: every list with its number of values, or the values of one, tab-separated. */
export async function showLists(name: string | undefined): Promise<void> {
  const entries = await withStore(readCommandConfig(), (client) =>
    new ClickHouseLists(client).entries(name === undefined ? undefined : listName(name)),
  );
  if (name === undefined) {
    const counts = new Map<string, number>();
    for (const { list_name } of entries) counts.set(list_name, (counts.get(list_name) ?? 0) + 1);
    for (const [list, count] of counts) process.stdout.write(`${printable(list)}\t${count}\n`);
    process.stderr.write(`${counts.size} list(s) in ClickHouse; those of files are in VIGIE_LISTS_DIR\n`);
    return;
  }
  for (const { value, group_id, valid_from, valid_until, owner, reason } of entries)
    process.stdout.write(`${printable([value, group_id, valid_from ?? '', valid_until ?? '', owner, reason]).join('\t')}\n`);
  process.stderr.write(`${entries.length} value(s): value, group, from, until, owner, reason\n`);
}

/** `vigie lists add`: puts the values of standard input into a list, all or none. */
export async function addToList(name: string, options: AddOptions): Promise<void> {
  const config = readCommandConfig();
  const { group = '', owner = '', reason = '' } = options;
  const rest = {
    group_id: group,
    valid_from: timeOf('--from', options.from),
    valid_until: timeOf('--until', options.until),
    owner,
    reason,
  };
  const list_name = listName(name);
  if (rest.valid_from && rest.valid_until && rest.valid_until <= rest.valid_from)
    throw new ConfigError('--until must be after --from');
  const { values, mistakes } = await readValues(list_name);
  if (refuse('standard input', mistakes)) return;
  const entries = values.map((value) => listEntryOf(list_name, value, rest));
  await withStore(config, (client) => new ClickHouseLists(client).put(entries));
  process.stdout.write(`${list_name}: ${entries.length} value(s) added or replaced\n`);
}

/** One value of a list, with what the options say of all of them. */
export function listEntryOf(list_name: string, value: string, rest: Omit<ListEntry, 'list_name' | 'value'>): ListEntry {
  return { list_name, value, ...rest };
}

/** `vigie lists remove`: takes the values of standard input out of a list, of one group or of all. */
export async function removeFromList(name: string, { group }: { readonly group?: string }): Promise<void> {
  const config = readCommandConfig();
  const list = listName(name);
  const { values, mistakes } = await readValues(list);
  if (refuse('standard input', mistakes)) return;
  const wanted = new Set(values);
  await withStore(config, async (client) => {
    const store = new ClickHouseLists(client);
    const entries = (await store.entries(list)).filter(
      ({ value, group_id }) => wanted.has(value) && (group === undefined || group_id === group),
    );
    await store.put(entries, { removed: true });
    const missing = wanted.size - new Set(entries.map(({ value }) => value)).size;
    process.stdout.write(`${list}: ${entries.length} value(s) taken out${missing ? `, ${missing} were not in it` : ''}\n`);
  });
}

/** Values, one a line; empty lines and lines that begin with # are left out, as in files. Mistakes do not repeat what stands there. */
async function readValues(
  name: string,
): Promise<{ readonly values: readonly string[]; readonly mistakes: readonly LineMistake[] }> {
  const values = new Set<string>();
  const mistakes: LineMistake[] = [];
  let line = 0;
  for await (const text of inputLines(`vigie lists add ${name} < values.txt`)) {
    line += 1;
    const value = text.trim();
    if (value === '' || value.startsWith('#')) continue;
    const reason = mistakeIn(name, value);
    if (reason) mistakes.push({ line, reason });
    else values.add(value);
  }
  return { values: [...values], mistakes };
}

function mistakeIn(name: string, value: string): string | undefined {
  if (name === canaryList && !/^[0-9a-f]{32}$/.test(value))
    return `${canaryList} holds pseudonyms only; give identifiers to "vigie canary add", which makes them`;
  if (!listEntry.shape.value.safeParse(value).success) return 'a value has at most 4,096 characters';
  return /\p{Cc}/u.test(value) ? 'the value has control characters, such as tabs; one value a line' : undefined;
}

function listName(text: string): string {
  const name = text.replaceAll('%', '');
  if (!listEntry.shape.list_name.safeParse(name).success)
    throw new ConfigError(`"${text.slice(0, 100)}" is no name of a list: letters, digits, _, - and ., as in %service_accounts%`);
  return name;
}

function timeOf(option: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const time = calendarTime(text);
  if (time === undefined) throw new ConfigError(`${option} ${text.slice(0, 50)}: write ${calendarTimeTaken}`);
  return time;
}
