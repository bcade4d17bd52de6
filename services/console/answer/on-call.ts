import { onCall, type Schedule } from '#libs/routing/on-call.js';
import { readWithoutReceivers } from '#libs/routing/read-routing.js';
import { isoOf } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { codeOf } from '#libs/runtime/outcome.js';
import { type Answer, ok, refused } from './answer.js';
import { instant } from './instant.js';

/** Who is on call by each schedule of a file of routing; `null` where nobody is. `at` is now, where it is left out. */
export function whoIsOnCall(file: string | undefined, at: unknown, now: number): Answer {
  const given = instant.optional().safeParse(at);
  if (!given.success) return refused(422, 'unfit_filter', 'at is an instant such as 2026-11-29T08:00:00.000Z');
  const asked = given.data ?? isoOf(now);
  if (file === undefined) return ok({ at: asked, schedules: [] }, { case_id: '', rows: 0 });
  try {
    const schedules = [...readWithoutReceivers(file, operatorFileText(file)).schedules].map(([schedule, one]) => ({
      schedule,
      person: onCall(one, Date.parse(asked)) ?? null,
      turns: turnsOf(one, Date.parse(asked)),
    }));
    return ok({ at: asked, schedules }, { case_id: '', rows: schedules.length });
  } catch (cause) {
    if (!(cause instanceof ConfigError) && codeOf(cause) === undefined) throw cause;
    return refused(503, 'routing_unreadable', 'the file of routing cannot be read, or has mistakes: see vigie notify check');
  }
}

/** How far ahead turns are told, and how finely handovers are looked for, milliseconds. */
const aheadMs = 7 * 86_400_000;
const grainMs = 15 * 60_000;

interface Turn {
  readonly from: string;
  readonly until: string;
  /** Null where nobody is. */
  readonly person: string | null;
}

/** Whose turn it is in the week that begins at an instant; handovers to the quarter of an hour. */
function turnsOf(schedule: Schedule, from: number): readonly Turn[] {
  const turns: { from: number; until: number; person: string | null }[] = [];
  const firstGrain = Math.floor(from / grainMs) * grainMs;
  for (let at = from; at < from + aheadMs; at = at === from ? firstGrain + grainMs : at + grainMs) {
    const person = onCall(schedule, at) ?? null;
    const last = turns.at(-1);
    const until = Math.min(from + aheadMs, at === from ? firstGrain + grainMs : at + grainMs);
    if (last?.person === person && last.until === at) last.until = until;
    else turns.push({ from: at, until, person });
  }
  return turns.map((turn) => ({ ...turn, from: isoOf(turn.from), until: isoOf(turn.until) }));
}
