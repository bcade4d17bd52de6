import { z } from 'zod';
import { storableTime, usableAccessRow } from '#libs/contracts/access-row.js';
import { incidentChange, ruleMatch } from '#libs/contracts/incident.js';
import { quarantineRow } from '#libs/contracts/quarantine-row.js';
import { type Topic, topics } from '#libs/contracts/topics.js';
import { isPlain } from '#libs/detection/scan/frame-scanner.js';
import { scanRow } from '#libs/detection/scan/scan-row.js';
import { ScannedRow } from '#libs/detection/scan/scanned-row.js';
import { viewOf } from '#libs/detection/scan/scan-text.js';
import { rejected, type Rejected } from '#libs/runtime/outcome.js';

/** The reason of a line that no version of a service has written. */
export const notAnObject = 'not_an_object';

/** What a row of each topic must be to be stored; of accesses, what the scorer judges, so that the list equals the figure. */
const contracts = {
  [topics.accesses]: usableAccessRow,
  [topics.incidents]: incidentChange.extend({
    first_time: storableTime,
    last_time: storableTime,
    detected_at: storableTime,
    changed_at: storableTime,
    received_at: storableTime,
    rule_matches: z.array(ruleMatch.extend({ first_fired: storableTime, last_fired: storableTime })),
  }),
  [topics.quarantine]: quarantineRow.extend({ received_at: storableTime }),
} as const;

const scanned = new ScannedRow();

/**
 * Where the access row that begins at `start` ends (its line end, or the end of the bytes), or -1 where it is not in the form that nearly
 * all rows have: then the whole line must be read.
 */
export function endOfPlainRow(bytes: Buffer, view: DataView, start: number): number {
  const fits = scanRow(bytes, view, start, scanned, false) && isPlain(scanned) && scanned.escaped === 0;
  return fits ? scanned.lineEnd : -1;
}

/** The view that `endOfPlainRow` reads by. */
export const viewOfRows = viewOf;

/**
 * A line, without its end, as it is stored: one JSON object of the topic's contract. Escapes that stand for no character, doubled keys and
 * odd blanks are written anew as `JSON.parse` reads them. Rejected with what is wrong; never with what the line says.
 */
export function storableLine(topic: Topic, line: Buffer): { readonly line: Buffer } | Rejected {
  const given = parsed(line);
  if (given === undefined) return rejected(notAnObject, '', 'The line is not one JSON object: rows are, one a line.');
  const read = contracts[topic].safeParse(given);
  if (read.success) return { line: Buffer.from(JSON.stringify(read.data)) };
  const [issue] = read.error.issues;
  if (issue?.code === 'unrecognized_keys')
    return rejected('foreign_field', '', 'The row has a field that its contract does not know; are all services of one version?');
  const field = String(issue?.path[0] ?? '');
  return rejected('unfit_value', field, `The field ${field} is missing or holds what its contract does not allow.`);
}

function parsed(line: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'), (_, inner: unknown) =>
      typeof inner === 'string' ? inner.toWellFormed() : inner,
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
