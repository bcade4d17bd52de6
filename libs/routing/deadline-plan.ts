import type { CaseView } from '#libs/cases/case-book.js';
import type { Controllers } from '#libs/cases/policy.js';
import { countedOf } from '#libs/cases/timeline.js';
import type { CaseAction } from '#libs/contracts/case-action.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { outdatedLists } from '#libs/cases/outdated-lists.js';
import { breachFacts } from '#libs/dossier/breach-facts.js';
import { type Clock, clocksOf } from '#libs/dossier/clocks.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { rank, resolve } from './match.js';
import type { Line } from './plan.js';
import type { Deadlines, Routing } from './routing.js';
import type { Send } from './send.js';

export interface DeadlineOptions {
  readonly routing: Routing;
  readonly lengths: Lengths;
  readonly controllers: Pick<Controllers, 'nis2'>;
  /** Messages are planned up to this instant, milliseconds of the wall clock. */
  readonly until: number;
}

/** A clock of a case as it is told of. */
export interface CaseClock extends Clock {
  readonly controller: string;
  /** When it was said that there is nothing to wait for any more, milliseconds. */
  readonly endedAt: number | undefined;
}

/**
 * What is told of the clocks of a case that stands: before each ends and after, and to whoever was told so, that it was met. A function of
 * what was done with the case. No mute keeps a clock back, and one that began late is told of no instant before it began.
 */
export function deadlineSends(view: CaseView, lines: readonly Line[], options: DeadlineOptions): readonly Send[] {
  const { routing } = options;
  const { deadlines } = routing;
  if (!deadlines) return [];
  const rowAt = (at: number) =>
    lines.findLast(({ entry, row }) => row.case_id === view.row.case_id && Date.parse(entry.at) <= at)?.row ?? view.row;
  const clocks = clocksOfCase(view, options).map((clock) => ({
    ...clock,
    meanwhile: 'running',
    instants: instantsOf(clock, deadlines),
  }));
  return [...clocks, ...outdatedOf(view)].flatMap((course) => {
    const receiversAt = (at: number) => receiversOf(routing, deadlines, course, rowAt(at), at);
    const told = course.instants.flatMap((at) => receiversAt(at).map((receiver) => sendOf(course, rowAt(at), at, receiver)));
    const { endedAt } = course;
    if (endedAt === undefined) return told;
    const before = told.filter(({ at }) => at <= endedAt).map((send) => ({ ...send, stoppedAt: endedAt }));
    const byReceiver = Map.groupBy(before, ({ receiver }) => receiver);
    return [...before, ...[...byReceiver].map(([receiver, sends]) => sendOf(course, rowAt(endedAt), endedAt, receiver, sends))];
  });
}

/** The clocks of every controller of which something was said, or whose clinics the case touches. */
export function clocksOfCase(
  { row, state }: CaseView,
  { lengths, controllers, until }: Pick<DeadlineOptions, 'lengths' | 'controllers' | 'until'>,
): readonly CaseClock[] {
  const actions = countedOf(state);
  const { first_time: firstTime, opened_at, acknowledged_at } = row;
  const machine = { firstTime, detectedAt: opened_at, firstToldAt: opened_at, acknowledgedAt: acknowledged_at ?? undefined };
  const said = actions.flatMap((action) => ('controller_id' in action ? action.controller_id : []));
  return [...new Set([...row.controllers, ...said])].flatMap((controller) => {
    const own = actions.filter(
      (action) => 'controller_id' in action && action.controller_id === controller && action.type !== 'dossier.outdated',
    );
    const facts = breachFacts({ controller_id: controller, nis2: controllers.nis2(row.group_id, controller) }, machine, actions);
    return clocksOf(facts, lengths, until).map((clock) => courseOf({ ...clock, controller }, own, row));
  });
}

/** A case that is resolved is investigated no more, whatever nobody has said of it. */
function courseOf(clock: Clock & { readonly controller: string }, own: readonly CaseAction[], row: CaseRow): CaseClock {
  const last = own.at(-1)?.at ?? clock.met_at;
  if (clock.state !== 'running') return { ...clock, endedAt: last === undefined ? undefined : Date.parse(last) };
  const closed = clock.clock === 'investigation' ? row.resolved_at : null;
  return closed === null ? { ...clock, endedAt: undefined } : { ...clock, state: 'stopped', endedAt: Date.parse(closed) };
}

function instantsOf({ began_at, due_at }: Clock, { beforeMs, afterMs }: Deadlines): readonly number[] {
  const due = Date.parse(due_at);
  const all = [...beforeMs.map((ms) => due - ms), ...afterMs.map((ms) => due + ms)];
  return [...new Set(all)].filter((at) => at > Date.parse(began_at)).toSorted((one, other) => one - other);
}

/** What is told of: a clock, or a frozen list that is no longer what the ledger has. */
interface Course {
  readonly clock: string;
  readonly controller: string;
  readonly due_at: string;
  /** What became of it. */
  readonly state: string;
  /** As long as nothing has. */
  readonly meanwhile: string;
  readonly endedAt: number | undefined;
  readonly instants: readonly number[];
}

/** A list that accesses have moved which came in late: told at once, and once more when it is frozen again or as it was. */
function outdatedOf({ state }: CaseView): readonly Course[] {
  return outdatedLists(countedOf(state)).map(({ outdated, endedAt }) => ({
    clock: 'dossier_outdated',
    controller: outdated.controller_id,
    due_at: outdated.at,
    state: 'renewed',
    meanwhile: 'outdated',
    endedAt: endedAt === undefined ? undefined : Date.parse(endedAt),
    instants: [Date.parse(outdated.at)],
  }));
}

/** The law asks nobody for the level of a case; whether something is a breach is asked of those who hear of such cases. */
function receiversOf(routing: Routing, { tell }: Deadlines, { clock }: Course, row: CaseRow, at: number): readonly string[] {
  const { receivers } = resolve(routing, tell, at);
  if (clock !== 'investigation') return receivers;
  return receivers.filter((name) => rank(row.level) >= rank(routing.receivers.get(name)?.level_min ?? 'informational'));
}

/** One that ends a clock is for those who were told one of `before`. */
function sendOf(course: Course, row: CaseRow, at: number, receiver: string, before: readonly Send[] = []): Send {
  const { controller, clock, due_at, state, meanwhile } = course;
  const what = before.length > 0 ? state : at - Date.parse(due_at);
  const send_id = hex128Of(JSON.stringify(['deadline', row.case_id, controller, clock, due_at, what, receiver]));
  const deadline = {
    controller_id: controller,
    clock,
    due_at,
    state: before.length > 0 ? state : meanwhile,
  };
  return {
    send_id,
    case_id: row.case_id,
    kind: 'deadline',
    receiver,
    at,
    policy: '',
    step: 0,
    round: 0,
    message: { send_id, kind: 'deadline', at: new Date(at).toISOString(), case: row, deadline },
    stoppedAt: undefined,
    mutedBy: '',
    needs: before.map((one) => one.send_id),
  };
}
