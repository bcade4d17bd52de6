import type { AccessEvent } from '#libs/formats/event.js';
import { futureSkewMsMax } from '#libs/formats/limits.js';
import { accepted, type Outcome, type Rejected, rejected } from '#libs/runtime/outcome.js';

/** An event that is kept, but apart. */
export interface SetAside {
  readonly kind: 'set-aside';
  readonly why: Rejected;
}

/** Whether an event may go on: it names no other group than its credential's, and does not lie in the future. */
export function admit(
  event: AccessEvent,
  groupId: string,
  nowMs: number,
): Exclude<Outcome<AccessEvent>, { kind: 'ignored' }> | SetAside {
  if (event.groupId !== undefined && event.groupId !== groupId)
    return rejected('other_group', 'group_id', `the token speaks for the group ${groupId} only; use the other group's own token`);
  if (event.timeMs > nowMs + futureSkewMsMax) return { kind: 'set-aside', why: inFuture(event.timeMs - nowMs) };
  return accepted(event);
}

function inFuture(aheadMs: number): Rejected {
  const minutes = Math.round(aheadMs / 60_000);
  return rejected('time_in_future', 'time', `the event lies ${minutes} minutes in the future; check the clock of the source`);
}
