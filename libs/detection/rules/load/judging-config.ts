import { z } from 'zod';

/** Variables of every process that judges: the scorer, and whoever must give the same incidents as it does. */
export const judgingConfig = {
  /** Event time without any rule holding after which an incident closes. */
  VIGIE_QUIET_HOURS: z.coerce.number().positive().max(720).default(24),
  /** Lateness inside which results are exact from memory alone, whatever the order. */
  VIGIE_ALLOWED_LATENESS_MINUTES: z.coerce.number().nonnegative().max(1440).default(15),
};
