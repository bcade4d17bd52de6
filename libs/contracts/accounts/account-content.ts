import { z } from 'zod';

/** The step of rows of the quarantine's topic that count what was received; they set nothing aside. */
export const accountStep = 'account';

const count = z.int().nonnegative();

/** Their content: what of one source arrived in the minute that `received_at` begins and was answered for good. */
export const accountContent = z.strictObject({
  /** accepted + quarantined + refused */
  received: count,
  accepted: count,
  quarantined: count,
  refused: count,
  /** Of those refused, by the word of metrics. */
  reasons: z.record(z.string(), count),
});
export type AccountContent = z.infer<typeof accountContent>;
