import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { type ChangeType, changeTypes, type IncidentChange, incidentChange, levels } from './incident.js';

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
  block_patients: true,
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
  const {
    change_type,
    block_patients: _patients,
    change_id: _id,
    changed_at,
    version: _version,
    received_at: _received,
    ...data
  } = change;
  return { type: change_type, timestamp: changed_at, data };
}

/** Incidents that a notice of a paused endpoint names. */
export const noticeIncidentsMax = 50;

const count = z.int().nonnegative();

/**
 * What every other receiver is told, whatever its lowest level, while one takes no notifications: who, why, and what waits for it. Figures and
 * incidents, never a patient.
 */
export const endpointPaused = z.strictObject({
  type: z.literal('endpoint.paused'),
  /** Wall clock of this notice. */
  timestamp: isoTime,
  data: z.strictObject({
    /** Name of the receiver, never its URL. */
    endpoint: z.string(),
    /** HTTP status of its last answer, 0 when there was none, and the reason in words. */
    status: count,
    reason: z.string(),
    /** Changes that wait for it, all and by level. */
    waiting: z.int().positive(),
    waiting_by_level: z.record(z.enum(levels), count),
    /** `changed_at` of the one that waits longest. */
    oldest_changed_at: isoTime,
    next_attempt_at: isoTime,
    /** The most urgent incidents among them, each as its newest waiting change has it. */
    incidents: z
      .array(
        z.strictObject({
          incident_id: hex128,
          group_id: z.string(),
          level: z.enum(levels),
          change_type: z.enum(changeTypes),
          patients: count,
        }),
      )
      .max(noticeIncidentsMax),
  }),
});
export type EndpointPaused = z.infer<typeof endpointPaused>;

/** Whatever a receiver can get. */
export const webhookMessage = z.union([webhookBody, endpointPaused]);
