import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { messageKinds } from './case-message.js';
import { changeTypes } from './incident.js';

/**
 * `failed` is tried again soon; `refused` at a long interval, until somebody mends the receiver; `expired` is given up. Of cases also what was
 * not sent at all: `muted` (the reason names the mutes) and `superseded` (somebody took the case, or it was over). The same words as in the
 * metric `vigie_notifications_total`.
 */
export const notificationOutcomes = ['delivered', 'failed', 'refused', 'expired', 'muted', 'superseded'] as const;
export type NotificationOutcome = (typeof notificationOutcomes)[number];

/** What became of one attempt to tell one receiver of an incident change, or of a case: a row of the table `notifications`. */
export const notificationRow = z.strictObject({
  /** Of a message of a case its `send_id`. */
  change_id: hex128,
  /** Of a message of a case its `case_id`, which is that of its first incident; empty where it lists several. */
  incident_id: z.union([hex128, z.literal('')]),
  /** Of a message of a case the newest change that it tells of, empty where there is none. */
  change_type: z.union([z.enum(changeTypes), z.literal('')]),
  /** Why the receiver is told of a case; empty for a change that is told by itself. */
  kind: z.union([z.enum(messageKinds), z.literal('')]).default(''),
  /** Name of the receiver, never its URL. */
  endpoint: z.string(),
  /** From 1, counted since the process took the change over. Giving up counts as one, so that its row does not take the place of the last try. */
  attempt: z.int().positive(),
  outcome: z.enum(notificationOutcomes),
  /** HTTP status; 0 when there was no answer. */
  status: z.int().nonnegative(),
  /** A word or a short sentence; empty when delivered. */
  reason: z.string(),
  /** Wall clock of the attempt's end. */
  at: isoTime,
  /** From `received_at` of the row that caused the change, or from when the message was due, to this attempt's end. */
  delay_seconds: z.number().nonnegative(),
});
export type NotificationRow = z.infer<typeof notificationRow>;
