import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { caseRow } from './case-row.js';

/** A case as the console stores it: a row of `case_states`, of which `cases` and `case_incidents` show the newest of each case. */
export const caseStateRow = caseRow.extend({
  /** Every incident that is in it, those that the scorer merged or withdrew among them, and who brought it in (`system` for the scorer). */
  members: z.array(z.strictObject({ incident_id: hex128, linked_at: isoTime, linked_by: z.string() })),
  /** The case that this one was joined to, else empty: then its incidents are there. */
  joined_into: z.union([hex128, z.literal('')]),
  /** Grows with every record that was read of the case and with what the clock did to it: of two rows the higher one is newer. */
  place: z.int().nonnegative(),
});
export type CaseStateRow = z.infer<typeof caseStateRow>;
