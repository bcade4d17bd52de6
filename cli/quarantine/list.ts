import { type QuarantineCount, QuarantineStore } from '#libs/access-store/quarantine/quarantine-store.js';
import { printable } from '#libs/contracts/visible-text.js';
import { calendarTime, calendarTimeTaken } from '#libs/formats/calendar-time.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readCommandConfig } from '../config.js';
import { alignedRows } from '../table.js';
import { withStore } from '../with-store.js';

export interface ChoiceOptions {
  readonly group?: string;
  readonly source?: string;
  readonly reason?: string;
  readonly since?: string;
}

const headings = ['SOURCE', 'REASON', 'OPEN', 'SEALED', 'REPLAYED', 'NEWEST', 'BUILT'];
/** What `structureOf` writes: lengths, and names of keys that Vigie knows. */
const structure = /^\{"(?:(?:text|bytes)":\d+\}$|json":)/;
/** Characters of a sample. */
const sampleMax = 120;

/** `vigie quarantine list`: what is in quarantine by source and reason, open and replayed, with how the newest is built. */
export async function listQuarantineCommand(options: ChoiceOptions): Promise<void> {
  const choice = choiceOf(options);
  const counts = await withStore(readCommandConfig(), (client) => new QuarantineStore(client).counts(choice));
  process.stdout.write(tableOf(counts));
}

/** Options as what is asked of the store. Throws `ConfigError`. */
export function choiceOf({ since, ...rest }: ChoiceOptions) {
  if (since === undefined) return rest;
  const time = calendarTime(since);
  if (time === undefined) throw new ConfigError(`--since ${since.slice(0, 50)}: write ${calendarTimeTaken}`);
  return { ...rest, since: time };
}

/** A line for each source and reason. */
export function tableOf(counts: readonly QuarantineCount[]): string {
  if (!counts.length) return 'the quarantine holds nothing of that kind\n';
  return `${alignedRows([headings, ...counts.map(cellsOf)]).join('\n')}\n`;
}

function cellsOf(one: QuarantineCount): readonly string[] {
  const { source, group_id, reason, open, sealed, replayed, newest, sample } = one;
  return printable([`${source}@${group_id}`, reason, String(open), String(sealed), String(replayed), newest, builtOf(sample)]);
}

/**
 * How a record is built. A sample that is not of our making, or is a masked event, shows the names of its keys alone: values are for those who
 * read the table.
 */
function builtOf(sample: string): string {
  try {
    const value: unknown = JSON.parse(sample);
    if (typeof value !== 'object' || value === null) return '-';
    return (structure.test(sample) ? sample : Object.keys(value).join(' ')).slice(0, sampleMax);
  } catch {
    return '-';
  }
}
