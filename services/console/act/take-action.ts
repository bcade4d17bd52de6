import { z } from 'zod';
import type { Lengths } from '#libs/dossier/deadlines.js';
import type { ControllerRegister } from '#libs/case-log/controller-register.js';
import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import type { CaseEntry } from '#libs/cases/timeline.js';
import { type CaseAction, caseAction, caseActionBody, type CaseActionBody } from '#libs/contracts/case-action.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { type Answer, ok, refused } from '../answer/answer.js';
import { unrealTimeIn } from '../answer/instant.js';
import { mayAct, type User } from '../users/users.js';
import { viaOf } from '../users/via.js';
import type { CaseSight } from '../visible/case-sight.js';
import type { SeenCase } from '../visible/seen-case.js';
import { breachWarnings } from './check-breach.js';
import { wrongAction } from './check-action.js';
import { patientLike } from './patient-like.js';
import { policyOf } from './policy-of.js';

export interface ActTools {
  readonly book: CaseBook;
  readonly sight: CaseSight;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** By which cases are told; what comes with Vigie where there is none. */
  readonly routingFile: string | undefined;
  readonly patientPatterns: readonly RegExp[];
  readonly register: ControllerRegister;
  /** Of the clocks of a breach, as they are now. */
  readonly lengths: Lengths;
  /** Appends an action and resolves once this console has read it back; false when that took too long. Rejects with `Transient`. */
  readonly append: (action: CaseAction) => Promise<boolean>;
}

/** What comes with a request to act. */
export interface Wish {
  readonly seen: SeenCase;
  readonly user: User;
  readonly key: string | undefined;
  /** The header `Vigie-Via`. */
  readonly via: unknown;
  readonly body: unknown;
}

/** Of an `Idempotency-Key`. */
export const keyShape = /^[\x21-\x7e]{1,200}$/;
const seenShape = z.object({ seen_version: z.int().nonnegative().optional() });

/**
 * Takes what a person does: 200 with the case after it, also when it said what already held; 409 with the case when it no longer fitted; 422 when it
 * can never be taken; 403; 503 when it is not known to be in the log, and then it did not happen unless it is asked for again with the same key.
 */
export async function takeAction(tools: ActTools, wish: Wish): Promise<Answer> {
  const { book, clock, sight } = tools;
  const made = actionOf(tools, wish);
  if ('status' in made) return made;
  const isRepeated = book.hasAction(made.action_id);
  try {
    const known = isRepeated || (await tools.append(made));
    if (!known) return notKnown('it is in the log, and this console has not read it back yet');
  } catch (cause) {
    if (!(cause instanceof Transient)) throw cause;
    return notKnown('the log has not said that it has it');
  }
  const now = clock.now();
  const entry = book.entryOf(made, now);
  const after = book.caseOf(made.case_id, now);
  if (!entry?.action || !after) return notKnown('its case is not known to this console');
  if (entry.action.type !== made.type || entry.by !== made.by)
    return refused(422, 'key_used', 'this Idempotency-Key stands for another action on the case: take a new one');
  if (!isRepeated) measure(tools, entry, after);
  const { row } = sight.show(after, wish.user);
  const shows = { case_id: row.case_id, rows: 1 };
  if (entry.effect === 'superseded')
    return {
      ...refused(409, 'superseded', `the case is ${row.status} and somebody was before you: ${made.type} counts for nothing`, {
        case: row,
      }),
      shows,
    };
  const warnings = breachWarnings(after, entry.action, tools.lengths, now);
  return ok({ case: row, effect: entry.effect, ...(warnings.length > 0 && { warnings }) }, shows);
}

/** What was done, and how long the case had waited for it: by the console that it was done with, so that it counts once. */
function measure({ metrics, routingFile }: ActTools, entry: CaseEntry, { row, entries }: CaseView): void {
  metrics.add('vigie_case_actions_total', { type: entry.what, effect: entry.effect });
  if (entry.effect !== 'counted' || entry.before !== 'new' || entry.after !== 'acknowledged') return;
  const place = entries.indexOf(entry);
  const since = entries.findLast(
    (one, at) => at < place && one.after === 'new' && (one.before !== 'new' || one.what === 'incident.opened'),
  );
  const waits = Date.parse(since?.at ?? row.opened_at);
  const labels = { level: row.level, policy: policyOf(routingFile, row, waits) };
  metrics.observe('vigie_case_acknowledge_seconds', Math.max(0, (Date.parse(entry.at) - waits) / 1_000), labels);
}

/** Neither yes nor no would be true. The same key again does no harm, whatever became of the action. */
export function notKnown(why: string): Answer {
  return refused(503, 'not_known', `the action is not known to be taken: ${why}. Ask again with the same Idempotency-Key`);
}

/** The action that a wish makes, or why it makes none. */
function actionOf(tools: ActTools, { seen, user, key, via, body }: Wish): CaseAction | Answer {
  if (key === undefined || !keyShape.test(key))
    return refused(422, 'no_key', 'give a header Idempotency-Key of 1 to 200 visible characters, the same when you ask again');
  const { book, clock } = tools;
  const now = clock.now();
  const view = book.caseOf(seen.row.case_id, now);
  if (!view) return notKnown('its case is not known to this console');
  const action_id = actionIdOf(book, view, key, now);
  const read = readBody(body, action_id);
  if ('status' in read) return read;
  if (!mayAct(user, read.type)) return refused(403, 'not_allowed', `none of your roles may do ${read.type}`);
  const field = patientLike(read, tools.patientPatterns);
  if (field !== undefined)
    return refused(422, 'patient_identifier', `${field} holds what looks like an identifier of a patient: leave it out`, {
      field,
    });
  const { case_id, group_id, actor_id } = view.row;
  const linked = read.type === 'case.linked' ? read.incident_ids : [];
  const version = seenShape.safeParse(body);
  return (
    (book.hasAction(action_id) ? undefined : wrongAction({ ...tools, view, seen, user, now }, read)) ??
    caseAction.parse({
      ...read,
      action_id,
      case_id,
      group_id,
      actor_id,
      by: user.id,
      via: viaOf(via),
      at: isoOf(now),
      seen_version: (version.success ? version.data.seen_version : undefined) ?? view.row.version,
      seen_incidents: book.seenBy([case_id, ...linked], now),
    })
  );
}

/** The id of a click: that of the case it was made on, also when that has been joined to another since. */
function actionIdOf(book: CaseBook, { row, state }: CaseView, key: string, now: number): string {
  const idFor = (caseId: string) => hex128Of(`${caseId} ${key}`);
  const earlier = [...state.members.keys()].filter((id) => book.caseOf(id, now)?.row.case_id === row.case_id);
  return earlier.map(idFor).find((id) => book.hasAction(id)) ?? idFor(row.case_id);
}

/** The body without `seen_version`; a note gets the id of its action. */
function readBody(body: unknown, actionId: string): CaseActionBody | Answer {
  const { seen_version: _seen, ...given } = z.record(z.string(), z.unknown()).catch({}).parse(body);
  const noted = given['type'] === 'case.noted' ? { note_id: actionId, ...given } : given;
  const read = caseActionBody.safeParse(noted);
  const unreal = read.success ? unrealTimeIn(read.data) : undefined;
  if (unreal !== undefined)
    return refused(422, 'unfit_action', `the field ${unreal} is a time that no calendar has`, { field: unreal });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ').slice(0, 100) : (issue?.path.join('.') ?? '');
  return refused(422, 'unfit_action', `the field ${field} is missing, unknown, or holds what it does not take`, { field });
}
