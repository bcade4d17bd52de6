import { z } from 'zod';
import { isoTime } from './access-row.js';

/** The list of planted records that nobody has a reason to open: pseudonyms only. */
export const canaryList = 'canary_patients';

/** The list that the register of clinics makes: those that have `closed_at`, from then on. */
export const closedClinicsList = 'closed_clinics';

/** One value of a list that rules name: a row of the table `lists` as people read it. Times are event times, half open. */
export const listEntry = z.strictObject({
  /** `canary_patients` is `%canary_patients%` in a rule. */
  list_name: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/),
  value: z.string().min(1).max(4_096),
  /** The group that it is for; empty for every group. */
  group_id: z.string(),
  valid_from: isoTime.nullable(),
  valid_until: isoTime.nullable(),
  owner: z.string(),
  reason: z.string(),
});
export type ListEntry = z.infer<typeof listEntry>;

/** A clinic of the register: a row of the table `clinics` as people read it. */
export const clinic = z.strictObject({
  group_id: z.string().min(1),
  clinic_id: z.string().min(1),
  name: z.string(),
  opened_at: isoTime.nullable(),
  closed_at: isoTime.nullable(),
  /** Who answers for it. Left out when a register does not say: then it stays as it is, or is the clinic itself. */
  controller_id: z.string().min(1).optional(),
});
export type Clinic = z.infer<typeof clinic>;
