import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { changeTypes } from './incident.js';

/**
 * `failed` is tried again soon; `refused` at a long interval, until somebody mends the receiver; `expired` is given up. The same words as in
 * the metric `vigie_notifications_total`.
 */
export const notificationOutcomes = ['delivered', 'failed', 'refused', 'expired'] as const;
export type NotificationOutcome = (typeof notificationOutcomes)[number];

/** What became of one attempt to deliver an incident change to one receiver: a row of the table `notifications`. */
export const notificationRow = z.strictObject({
  change_id: hex128,
  incident_id: hex128,
  change_type: z.enum(changeTypes),
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
  /** From `received_at` of the row that caused the change to this attempt's end. */
  delay_seconds: z.number().nonnegative(),
});
export type NotificationRow = z.infer<typeof notificationRow>;
