import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';

/** Input that was taken in custody but could not be used: a row of `vigie.quarantine.v1` and of the table `quarantine`. */
export const quarantineRow = z.strictObject({
  /** Derived from origin and content, so that a retry gives the same. */
  quarantine_id: hex128,
  received_at: isoTime,
  group_id: z.string(),
  source: z.string(),
  /** Where on the road it was refused: `admit`, `decode`, `score`, `archive`, ... */
  step: z.string(),
  /** A word for metrics, such as `time_in_future`. */
  reason: z.string(),
  field: z.string(),
  /** The sentence for a person. Quotes no value of a patient. */
  detail: z.string(),
  /** `http:<request id>#<index>` or `<topic>/<partition>/<offset>#<line>`. */
  origin: z.string(),
  /** The input with patient identifiers masked. */
  content: z.string(),
});
export type QuarantineRow = z.infer<typeof quarantineRow>;
