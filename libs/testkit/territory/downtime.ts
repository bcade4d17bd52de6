import { instantAt } from './calendar.js';
import type { Look } from './look.js';

/** A working day on which the platform does not answer from ten until three; in the evening what was written on paper is typed in. */
export const downtimeDay = 5;
const from = instantAt(downtimeDay, 10);
const until = instantAt(downtimeDay, 15);
const catchUpMs = 5 * 3_600_000;

/** What becomes of an access: none while nothing answers, unless something is written, which then follows within five hours. Programs catch up at once. */
export function throughDowntime(look: Look): Look | undefined {
  if (look.at < from || look.at >= until || look.application !== 'platform') return look;
  const cause = look.cause ?? ({ kind: 'legitimate', name: 'downtime' } as const);
  const share = (look.at - from) / (until - from);
  if (look.account.role === 'program') return { ...look, at: until + Math.round(share * catchUpMs * 0.1), cause };
  if (look.action === 'read' || look.action === 'list' || look.action === 'search') return undefined;
  return { ...look, at: until + Math.round(share * catchUpMs), cause };
}
