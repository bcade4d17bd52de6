// study/: why something fired, what is normal for an account, and what rules would do if they were others.
// Reads alone; what a list shows of patients says so to the audit.

import { DateTime } from 'luxon';
import type { AccountRecord } from '#libs/access-store/accounts/account-record.js';
import type { AssistantReader } from '#libs/access-store/assistant/assistant-reader.js';
import type { AccountView } from '#libs/contracts/accounts/account-view.js';
import { type Answer, ok, refused } from '../answer/answer.js';
import type { User } from '../users/users.js';

/** Days that are shown, the present one included. */
export const accountDays = 90;

/** What the windows of the scorer that holds an account have now; or why nobody says it. */
export type WindowsNow =
  | { readonly state: 'known'; readonly rules: AccountView['rules']; readonly newest_time: string }
  | { readonly state: 'nothing' | 'away' | 'other_clinics' };

export interface AccountTools {
  readonly record: Pick<AccountRecord, 'days' | 'hours' | 'values'>;
  readonly reader: Pick<AssistantReader, 'peers'>;
  readonly windowsOf: (groupId: string, actorId: string) => Promise<WindowsNow>;
  readonly user: User;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

const nameCharsMax = 200;

/** What is normal for an account and what it does today, of the clinics that the reader sees: `GET /v1/accounts/{group}/{actor}`. No patient is in it. */
export async function accountRecord(tools: AccountTools, groupId: string, actorId: string): Promise<Answer> {
  const { record, reader, windowsOf, user, now } = tools;
  if (!groupId || !actorId || groupId.length > nameCharsMax || actorId.length > nameCharsMax)
    return refused(422, 'unfit_account', `an account is named by its group and its id, of 1 to ${nameCharsMax} characters each`);
  const today = DateTime.fromMillis(now, { zone: 'Europe/Paris' }).startOf('day');
  const first = today.minus({ days: accountDays - 1 });
  const stretch = {
    groupId,
    actorId,
    firstDay: first.toFormat('yyyy-MM-dd'),
    lastDay: today.toFormat('yyyy-MM-dd'),
    clinics: user.clinics ?? [],
  };
  const [days, hours, values, peers, windows] = await Promise.all([
    record.days(stretch),
    record.hours(stretch),
    record.values(stretch),
    reader.peers({ groupId, actorId, fromMs: first.toMillis(), toMs: now, clinics: user.clinics }),
    // A window counts all clinics, and nobody can tell which part of it is of some.
    user.clinics === undefined ? windowsOf(groupId, actorId) : ({ state: 'other_clinics' } as const),
  ]);
  const body = {
    group_id: groupId,
    actor_id: actorId,
    first_day: stretch.firstDay,
    last_day: stretch.lastDay,
    days,
    hours,
    values,
    peers: peers ?? null,
    windows,
  };
  return ok(body, { case_id: '', rows: days.length });
}
