import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';

const count = z.int().nonnegative();
const own = { leak_id: hex128, group_id: z.string().min(1), asked_at: isoTime };

/** A row of `vigie.leaks`: a sample of patients that was found outside, as it was asked about. */
export const leakRow = z.strictObject({
  ...own,
  title: z.string(),
  /** Event times, half open. */
  period_from: isoTime,
  period_to: isoTime,
  /** Patients of the sample; those that Vigie knows; those that anybody opened in the period. */
  given: count,
  known: count,
  touched: count,
  /** Accounts that were compared, and patients that any of them opened. */
  accounts: count,
  patients: count,
  verdict: z.enum(['named', 'nobody', 'too_small', 'unopened']),
  /** Share of the touched sample that no named account explains. */
  unexplained: z.number().min(0).max(1),
  /** Random samples of the same size, and those in which somebody would have been named. */
  control_samples: count,
  control_named: count,
  asked_by: z.string(),
});
export type LeakRow = z.infer<typeof leakRow>;

/** A row of `vigie.leak_samples`, which goes by itself. */
export const leakSampleRow = z.strictObject({ ...own, patient_id: hex128 });
export type LeakSampleRow = z.infer<typeof leakSampleRow>;

/** A row of `vigie.leak_findings`: an account that was named, or when it took the sample. */
export const leakFindingRow = z.strictObject({
  ...own,
  rank: z.int().positive(),
  actor_id: z.string(),
  kind: z.enum(['period', 'day', 'incident', 'export']),
  /** The day in Paris, the incident, the event; empty for the period. */
  ref: z.string(),
  first_time: isoTime,
  last_time: isoTime,
  matched: count,
  size: count,
  /** Of the touched sample. */
  share: z.number().min(0).max(1),
  /** Natural logarithm of the Bayes factor. */
  ln_bayes: z.number(),
  support: z.string(),
  alike: z.array(z.string()),
});
export type LeakFindingRow = z.infer<typeof leakFindingRow>;
