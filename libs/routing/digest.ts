import { DateTime } from 'luxon';
import { takes } from '#libs/channels/receivers/open-channel.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { lateMsMax } from './due.js';
import { rank, resolve } from './match.js';
import type { Routing } from './routing.js';
import { casesMax, type Send } from './send.js';

/**
 * The list of the open cases that is due at an instant (milliseconds of the wall clock), one for each receiver: the highest level first, then
 * the oldest. Mails have with it where the chains of the audit stand (`heads`). None where there is nothing to say, and none that is late for more than
 * `lateMsMax`. `openRows` is asked only when one is due.
 */
export function digestsAt(
  routing: Routing,
  openRows: () => readonly CaseRow[],
  now: number,
  heads: readonly string[] = [],
): readonly Send[] {
  const { digest } = routing;
  if (!digest) return [];
  const local = DateTime.fromMillis(now, { zone: digest.timezone });
  const today = local.set({ hour: Math.floor(digest.minute / 60), minute: digest.minute % 60, second: 0, millisecond: 0 });
  const at = (today.toMillis() <= now ? today : today.minus({ days: 1 })).toMillis();
  if (now - at > lateMsMax) return [];
  // What was opened afterwards is of tomorrow's, also where nothing was said today.
  const open = openRows().filter(({ opened_at: opened }) => Date.parse(opened) <= at);
  const cases = open.toSorted((one, other) => rank(other.level) - rank(one.level) || (one.opened_at < other.opened_at ? -1 : 1));
  // Of those that reach a person, the ones that take lists: a pager beside their mail takes none.
  const told = resolve(routing, digest.tell, at).receivers.filter((name) =>
    takes(routing.receivers.get(name)?.type ?? 'email', 'digest'),
  );
  const said = told.map((receiver) => [receiver, routing.receivers.get(receiver)?.type === 'email' ? heads : []] as const);
  return said
    .filter(([, own]) => open.length > 0 || own.length > 0)
    .map(([receiver, own]): Send => {
      const send_id = hex128Of(JSON.stringify(['digest', at, receiver]));
      const message = {
        send_id,
        kind: 'digest' as const,
        at: new Date(at).toISOString(),
        cases: cases.slice(0, casesMax),
        ...(own.length > 0 && { audit_heads: [...own] }),
      };
      return {
        send_id,
        case_id: '',
        kind: 'digest',
        receiver,
        at,
        policy: '',
        step: 0,
        round: 0,
        message,
        stoppedAt: undefined,
        mutedBy: '',
        needs: [],
      };
    });
}
