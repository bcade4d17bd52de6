import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { Reading } from '../input-format.js';
import { isPoisonousKey } from '../json/parse-item.js';
import { columnsOf, eventFields } from '../record/fields.js';
import { csvLimits } from './limits.js';

/** What stands between cells. */
const delimiters = [';', ',', '\t', '|'] as const;

/** The delimiter of a table: the one that its heading holds most often outside of quotes, or that a spreadsheet's `sep=;` names. */
export function delimiterOf(heading: string): string {
  const bare = heading.replaceAll(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** `sep=;`, with which spreadsheets begin a file. */
export function delimiterNamedBy(line: string): string | undefined {
  return /^sep=([;,\t|])$/i.exec(line.trim())?.[1];
}

/** Whether a line is no heading but what stands over one: fewer than two names. */
export function isTitle(cells: readonly string[]): boolean {
  return cells.filter((cell) => cell.trim()).length < 2;
}

/** Whether each cell begins as a name does: a row of a table without a heading hardly ever has no number. */
export function areWords(cells: readonly string[]): boolean {
  return cells.every((cell) => /^\s*(?:[\p{L}_]|$)/u.test(cell));
}

/** Names of the columns that a source's configuration says, or that are fields of their own; none where it says nothing. */
export function columnsNamedBy(reading: Pick<Reading, 'columns'>): ReadonlySet<string> {
  const columns = columnsOf(reading);
  return new Set(columns.length ? [...columns.map(({ place }) => plainName(place)), ...eventFields] : []);
}

/** Whether a line names columns that the configuration does: two of them, since what stands over a table may be called like one (`Date;28/11/2026`). */
export function namesWanted(cells: readonly string[], wanted: ReadonlySet<string>): boolean {
  const found = new Set(cells.map(plainName).filter((name) => wanted.has(name)));
  return found.size >= 2;
}

/** As a configuration writes it: an accent is one sign with its letter, and any white space a blank. */
export function plainName(cell: string): string {
  return cell.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}

/** Places of columns with one name that the configuration asks for: the first, and each that has it again. */
export function repeatedNames(
  cells: readonly string[],
  wanted: ReadonlySet<string>,
): readonly (readonly [first: number, again: number])[] {
  const names = cells.map(plainName);
  return names.flatMap((name, at) => {
    const first = names.indexOf(name);
    return first < at && wanted.has(name) ? [[first, at] as const] : [];
  });
}

/** The names of the columns up to the last that has one; of two columns with one name the first counts, and a column without name is left out. */
export function namesOf(cells: readonly string[]): Accepted<readonly string[]> | Rejected {
  if (cells.length > csvLimits.columnsMax)
    return rejected('bad_heading', '', `the heading has more than ${csvLimits.columnsMax} columns`);
  const names = cells.map(plainName);
  if (names.some((name) => name.length > csvLimits.nameMax || isPoisonousKey(name)))
    return rejected('bad_heading', '', `a column has a name that is not allowed or longer than ${csvLimits.nameMax} characters`);
  if (isTitle(cells)) return rejected('bad_heading', '', 'the first line must name the columns, with ; , TAB or | between them');
  const named = names.slice(0, names.findLastIndex(Boolean) + 1);
  return accepted(named.map((name, at) => (names.indexOf(name) === at ? name : '')));
}
