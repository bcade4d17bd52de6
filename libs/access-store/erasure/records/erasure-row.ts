// erasure/records/: what erasures have done, written down.
// Of a subject stands a digest alone.

import { z } from 'zod';
import { hex128, isoTime } from '#libs/contracts/access-row.js';

const count = z.int().nonnegative();
const counts = z.record(z.string(), count);

/** Whose data an erasure is about. */
export const erasureKinds = ['patient', 'account', 'group'] as const;
export type ErasureKind = (typeof erasureKinds)[number];

/** The record of an erasure: a row of `vigie.erasures`. It names neither the patient nor the account. */
export const erasureRow = z.strictObject({
  erasure_id: hex128,
  /** Empty where a patient was looked for in every group and found in none or in several. */
  group_id: z.string(),
  kind: z.enum(erasureKinds),
  /** SHA-256, hexadecimal, of the pseudonym, of the account's name, or of the group's name. */
  subject_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Why, and who answers for it, as they said. */
  reason: z.string(),
  by: z.string(),
  state: z.enum(['begun', 'done']),
  begun_at: isoTime,
  ended_at: isoTime.nullable(),
  /** Rows that went, by table. */
  taken: counts,
  /** Accesses that stay as evidence, by case. An access of two cases counts for each. */
  held: counts,
  /** Rows of the subject that stay, by table. */
  kept: counts,
  /** Of incidents whose lists lost somebody: the figure that stood there, and the patients in the list before and after. */
  listed: z.array(z.strictObject({ incident_id: hex128, figure: count, before: count, after: count })),
  updated_at: isoTime,
});
export type ErasureRow = z.infer<typeof erasureRow>;
