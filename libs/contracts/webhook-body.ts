import { z } from 'zod';
import { isoTime } from './access-row.js';
import { type ChangeType, type IncidentChange, incidentChange } from './incident.js';

/** The changes that people are told of; the others only carry figures to the store. */
export const toldTypes = [
  'incident.opened',
  'incident.step',
  'incident.rule_added',
  'incident.merged',
  'incident.closed',
  'incident.withdrawn',
] as const;
export type ToldType = (typeof toldTypes)[number];

export function isTold(type: ChangeType): type is ToldType {
  return type !== 'incident.updated' && type !== 'incident.suppressed';
}

/** The incident after the change, with the names and meanings of the table `incidents`. It never holds a patient, not even a pseudonym. */
export const webhookData = incidentChange.omit({
  change_type: true,
  change_id: true,
  changed_at: true,
  version: true,
  received_at: true,
});

/** What a receiver gets as the body of a POST; the change's `change_id` is the header `webhook-id`. */
export const webhookBody = z.strictObject({
  type: z.enum(toldTypes),
  /** Wall clock of the change; the same on every attempt, unlike the header `webhook-timestamp`. */
  timestamp: isoTime,
  data: webhookData,
});
export type WebhookBody = z.infer<typeof webhookBody>;

/** The body for a told change: always the same bytes for the same change. */
export function webhookBodyOf(change: IncidentChange & { readonly change_type: ToldType }): WebhookBody {
  const { change_type, change_id: _id, changed_at, version: _version, received_at: _received, ...data } = change;
  return { type: change_type, timestamp: changed_at, data };
}
