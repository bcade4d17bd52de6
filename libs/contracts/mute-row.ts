import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { levels } from './incident.js';

/** Longest mute: what lasts longer is an exception of a rule. */
export const muteMsMax = 7 * 24 * 3_600_000;

/**
 * Somebody keeps messages back for a time; what happens is recorded all the same. A row of the table `mutes`. Matchers that are empty stand
 * for all; at least one is given.
 */
export const muteRow = z.strictObject({
  mute_id: hex128,
  group_id: z.string().min(1),
  actor_id: z.string(),
  clinic_id: z.string(),
  rule_id: z.string(),
  level_max: z.union([z.enum(levels), z.literal('')]),
  starts_at: isoTime,
  ends_at: isoTime,
  owner: z.string().min(1).max(200),
  reason: z.string().min(1).max(2_000),
  covers_critical: z.boolean(),
  created_by: z.string().min(1).max(200),
  created_at: isoTime,
  removed: z.boolean(),
  updated_at: isoTime,
});
export type MuteRow = z.infer<typeof muteRow>;
