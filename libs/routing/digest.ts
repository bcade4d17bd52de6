import { DateTime } from 'luxon';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { lateMsMax } from './due.js';
import { rank, resolve } from './match.js';
import type { Routing } from './routing.js';
import { casesMax, type Send } from './send.js';

/**
 * The list of the open cases that is due at an instant (milliseconds of the wall clock), one for each receiver: the highest level first, then
 * the oldest. None where no case is open, and none that is late for more than `lateMsMax`.
 */
export function digestsAt(routing: Routing, open: readonly CaseRow[], now: number): readonly Send[] {
  const { digest } = routing;
  if (!digest || open.length === 0) return [];
  const local = DateTime.fromMillis(now, { zone: digest.timezone });
  const today = local.set({ hour: Math.floor(digest.minute / 60), minute: digest.minute % 60, second: 0, millisecond: 0 });
  const at = (today.toMillis() <= now ? today : today.minus({ days: 1 })).toMillis();
  if (now - at > lateMsMax) return [];
  const cases = open.toSorted((one, other) => rank(other.level) - rank(one.level) || (one.opened_at < other.opened_at ? -1 : 1));
  return resolve(routing, digest.tell, at).receivers.map((receiver): Send => {
    const send_id = hex128Of(JSON.stringify(['digest', at, receiver]));
    const message = { send_id, kind: 'digest' as const, at: new Date(at).toISOString(), cases: cases.slice(0, casesMax) };
    return { send_id, case_id: '', kind: 'digest', receiver, at, policy: '', step: 0, round: 0, message, stoppedAt: undefined, mutedBy: '', needs: [] };
  });
} // prettier-ignore
