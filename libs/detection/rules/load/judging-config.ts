import { isZone } from '#libs/formats/times/zones.js';
import { z } from 'zod';

/** Variables of every process that judges: the scorer, and whoever must give the same incidents as it does. */
export const judgingConfig = {
  /** Event time without any rule holding after which an incident closes. */
  VIGIE_QUIET_HOURS: z.coerce.number().positive().max(720).default(24),
  /** Lateness inside which results are exact from memory alone, whatever the order. */
  VIGIE_ALLOWED_LATENESS_MINUTES: z.coerce.number().nonnegative().max(1440).default(15),
  /** False incidents of a week that a group is ready to look at: what accounts' habits are judged by. */
  VIGIE_FALSE_INCIDENTS_PER_WEEK: z.coerce.number().positive().max(1000).default(1),
  /** Zone of the days by which habits are learned, and of those from which on accounts know patients, clinics and networks. */
  VIGIE_ZONE: z.string().refine(isZone, 'is no time zone; name one as Europe/Paris').default('Europe/Paris'),
};
