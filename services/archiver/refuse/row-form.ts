import { z } from 'zod';
import { isoTime, storableTime, usableAccessRow } from '#libs/contracts/access-row.js';
import { auditRow } from '#libs/contracts/audit-row.js';
import { type CaseAction, caseAction } from '#libs/contracts/case-action.js';
import { readableChange, ruleMatch } from '#libs/contracts/incident.js';
import { quarantineRow } from '#libs/contracts/quarantine-row.js';
import { type Topic, topics } from '#libs/contracts/topics.js';
import { rejected, type Rejected } from '#libs/runtime/outcome.js';

/** The reason of a line that no version of a service has written. */
export const notAnObject = 'not_an_object';

/**
 * What a row of each topic must be to be stored; of accesses, what the scorer judges, so that the list equals the figure. Fields of a later version are left out
 * of accesses and incidents, which an older archiver meets during an upgrade; of what people did and looked at nothing is left out: an act without one of its fields
 * could be another act, and a row of the audit without one is not the row of its chain.
 */
const contracts = {
  [topics.accesses]: usableAccessRow,
  [topics.incidents]: readableChange.extend({
    first_time: storableTime,
    last_time: storableTime,
    detected_at: storableTime,
    changed_at: storableTime,
    received_at: storableTime,
    rule_matches: z.array(ruleMatch.strip().extend({ first_fired: storableTime, last_fired: storableTime })),
  }),
  [topics.actions]: caseAction.superRefine(storableTimes),
  [topics.audit]: auditRow.extend({ at: storableTime }),
  [topics.quarantine]: quarantineRow.extend({ received_at: storableTime }),
} as const;

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

/** An action has times of many names. */
function storableTimes(action: CaseAction, context: z.RefinementCtx): void {
  for (const [field, value] of Object.entries(action))
    if (isoTime.safeParse(value).success && !storableTime.safeParse(value).success)
      context.addIssue({ code: 'custom', path: [field], message: 'a time that the store cannot hold' });
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
