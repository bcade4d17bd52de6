import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { isPoisonousKey } from '../json/parse-item.js';
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

/** As a configuration writes it: an accent is one sign with its letter, and any white space a blank. */
function plainName(cell: string): string {
  return cell.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}

/** The names of the columns; of two columns with one name the first counts, and a column without name is left out. */
export function namesOf(cells: readonly string[]): Accepted<readonly string[]> | Rejected {
  if (cells.length > csvLimits.columnsMax)
    return rejected('bad_heading', '', `the heading has more than ${csvLimits.columnsMax} columns`);
  const names = cells.map(plainName);
  if (names.some((name) => name.length > csvLimits.nameMax || isPoisonousKey(name)))
    return rejected('bad_heading', '', `a column has a name that is not allowed or longer than ${csvLimits.nameMax} characters`);
  if (isTitle(cells)) return rejected('bad_heading', '', 'the first line must name the columns, with ; , TAB or | between them');
  return accepted(names.map((name, at) => (names.indexOf(name) === at ? name : '')));
}
