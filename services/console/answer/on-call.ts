import { readFileSync } from 'node:fs';
import { isoTime } from '#libs/contracts/access-row.js';
import { onCall } from '#libs/routing/on-call.js';
import { readWithoutReceivers } from '#libs/routing/read-routing.js';
import { isoOf } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { codeOf } from '#libs/runtime/outcome.js';
import { type Answer, ok, refused } from './answer.js';

/** Who is on call by each schedule of a file of routing; `null` where nobody is. `at` is now, where it is left out. */
export function whoIsOnCall(file: string | undefined, at: unknown, now: number): Answer {
  const given = isoTime.optional().safeParse(at);
  if (!given.success) return refused(422, 'unfit_filter', 'at is an instant such as 2026-11-29T08:00:00.000Z');
  const instant = given.data ?? isoOf(now);
  if (file === undefined) return ok({ at: instant, schedules: [] }, { case_id: '', rows: 0 });
  try {
    const schedules = [...readWithoutReceivers(file, readFileSync(file, 'utf8')).schedules].map(([schedule, one]) => ({
      schedule,
      person: onCall(one, Date.parse(instant)) ?? null,
    }));
    return ok({ at: instant, schedules }, { case_id: '', rows: schedules.length });
  } catch (cause) {
    if (!(cause instanceof ConfigError) && codeOf(cause) === undefined) throw cause;
    return refused(503, 'routing_unreadable', 'the file of routing cannot be read, or has mistakes: see vigie notify check');
  }
}
