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

/** The names of the columns; of two columns with one name the first counts, and a column without name is left out. */
export function namesOf(cells: readonly string[]): Accepted<readonly string[]> | Rejected {
  if (cells.length > csvLimits.columnsMax)
    return rejected('bad_heading', '', `the heading has more than ${csvLimits.columnsMax} columns`);
  const names = cells.map((cell) => cell.trim());
  if (names.some((name) => name.length > csvLimits.nameMax || isPoisonousKey(name)))
    return rejected('bad_heading', '', `a column has a name that is not allowed or longer than ${csvLimits.nameMax} characters`);
  if (names.filter(Boolean).length < 2)
    return rejected('bad_heading', '', 'the first line must name the columns, with ; , TAB or | between them');
  return accepted(names.map((name, at) => (names.indexOf(name) === at ? name : '')));
}
