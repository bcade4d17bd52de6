// told/: what one receiver is told of a message: the account as this receiver may see it, and the words in its language.
// Everything that a channel sends is built from here, and from nothing else.
import { createHmac } from 'node:crypto';
import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';

/**
 * How much a receiver sees of the account: its name is personal data of somebody on the staff. `masked` is the first letter and four
 * hexadecimal digits, enough to see that two messages speak of the same account.
 */
export const actorViews = ['full', 'masked', 'none'] as const;
export type ActorView = (typeof actorViews)[number];

/**
 * `d…3fa9`: the same for the same account of a group. The digits are keyed, because whoever has the list of the staff could try the names
 * of all against a plain digest.
 */
export function maskedActor(actorId: string, groupId: string, key: Uint8Array): string {
  const digits = createHmac('sha256', key).update(`${groupId}\0${actorId}`).digest('hex').slice(0, 4);
  const [first = ''] = actorId;
  return `${/^[\p{L}\p{N}]$/u.test(first) ? first : '?'}…${digits}`;
}

/** The message as a receiver may see it. Where the account is kept back, it is also taken out of titles that name it. */
export function shownTo(message: CaseMessage, view: ActorView, key: Uint8Array): CaseMessage {
  if (view === 'full') return message;
  const shown = (row: CaseRow) => shownRow(row, view, key);
  return {
    ...message,
    ...(message.case && { case: shown(message.case) }),
    ...(message.cases && { cases: message.cases.map(shown) }),
  };
}

/** The same of a single case. */
export function shownRow(row: CaseRow, view: ActorView, key: Uint8Array): CaseRow {
  if (view === 'full' || row.actor_id === '') return row;
  const name = view === 'masked' ? maskedActor(row.actor_id, row.group_id, key) : '';
  const without = (title: string) => title.replaceAll(row.actor_id, name || '…');
  return { ...row, actor_id: name, title: without(row.title), rule_titles: row.rule_titles.map(without) };
}
