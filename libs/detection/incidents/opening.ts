import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { AccountTable } from '../memory/account-table.js';
import type { Anchor } from '../judge/settler.js';
import { parseWhole } from '../scan/frame-scanner.js';
import { ScannedRow } from '../scan/scanned-row.js';
import { digest } from './incident-digest.js';
import type { Entry } from '../memory/entry.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** The access that has just arrived, as incidents need it. */
export interface Arrival {
  readonly account: AccountNumber;
  /** Its patient (all zero without one), time and mark. */
  readonly entry: Readonly<Entry>;
  /** Set of the selections that matched it; the empty one where it is no access but a time that was judged. */
  readonly set: number;
  readonly receivedAt: number;
  readonly detectedAt: Milliseconds;
  /** How far behind others it came, milliseconds; 0 when in time. */
  readonly lateMs: Milliseconds;
  /** The access itself, valid until the next one, or the time that was judged: what it opens gets its id from it. */
  readonly by: ScannedRow | Anchor;
}

/** What is fixed when an incident opens. Times in milliseconds. */
export interface Opening {
  readonly id: string;
  readonly groupId: string;
  readonly actorId: string;
  /** Order of opening in the log. */
  readonly order: number;
  readonly detectedAt: Milliseconds;
  /** Time of the access whose arrival opened it. */
  readonly completedBy: number;
}

/** What an arrival opens; `nth` counts the incidents that this one arrival opens, from 0. */
export function openingOf(
  { account, entry, by, detectedAt }: Arrival,
  accounts: AccountTable,
  order: number,
  nth: number,
): Opening {
  const { groupId, actorId } = accounts.names(account);
  const id = by instanceof ScannedRow ? idOf(by, nth) : idOfSettled(by, groupId, actorId, nth);
  return { id, groupId, actorId, order, detectedAt, completedBy: entry.time };
}

/** The id of the incident that an access opens; for each subject that it belongs to, another. */
export function idOf(row: ScannedRow, nth: number): string {
  const { group_id, actor_id, patient_id, event_id, time, time_claimed } = parseWhole(row);
  // One that is dated too far ahead counts as of its arrival, and as another access when it arrives again.
  const isAhead = time_claimed !== undefined || Date.parse(String(time)) !== row.time;
  const subject = row.subject
    ? [row.subject, Buffer.from(row.keyBytes.subarray(row.accountStart, row.accountEnd)).toString()]
    : [];
  const at = isAhead ? [String(row.time)] : [];
  return digest(
    'incident',
    ...subject,
    String(event_id),
    String(patient_id),
    ...at,
    String(group_id),
    String(actor_id),
    String(nth),
  );
}

function idOfSettled({ rule, cell, time }: Anchor, groupId: string, actorId: string, nth: number): string {
  const cellText = Buffer.from(cell).toString();
  return digest('incident', 'settled', rule.rule.id, cellText, String(time), groupId, actorId, String(nth));
}

/** The id of an incident that history, not an access, opened; for openings that no late access is known of. */
export function idOfHistory(subject: SubjectKind, groupId: string, actorId: string, firstFired: number, offset: number): string {
  const kind = subject === 'account' ? [] : [subject];
  return digest('incident', 'history', ...kind, groupId, actorId, firstFired, offset);
}

/** What is suppressed has an id of its own: the same access may open an incident by another rule. */
export function suppressedId(id: string): string {
  return digest('suppressed', id);
}
