/** When a delivery is tried again. Every wait of the notifier is here, in milliseconds. */

/** Wait after the first failure of an endpoint; doubled for each further one in a row. */
export const firstWaitMs = 1000;

/**
 * Longest wait between two attempts at an endpoint that fails: one request a minute, however many changes wait. It is also how long an
 * endpoint that came back may stay unnoticed.
 */
export const waitMsMax = 60_000;

/** Wait after an answer that more attempts will hardly change (401, 404, 410, redirects): an administrator has to do something. */
export const refusedWaitMs = 15 * 60_000;

/** `Retry-After` is obeyed up to here. */
export const retryAfterMsMax = 3_600_000;

/** Age of a change after which it is no longer sent: by then the store and the log are the place to look. */
export const giveUpAfterMs = 7 * 24 * 3_600_000;

/** One attempt, from the first byte of the connection to the last of the answer. */
export const attemptMsMax = 15_000;

/** Changes that a receiver may refuse one after the other as bad requests before the endpoint as a whole counts as refusing. */
export const refusedChangesMax = 3;

/** Equal jitter: half of the doubled wait is certain, half is chance, so that instances do not come back together. */
export function waitAfter(failures: number, random: () => number): number {
  const ceiling = Math.min(waitMsMax, firstWaitMs * 2 ** Math.min(failures - 1, 30));
  return Math.ceil(ceiling * (0.5 + random() / 2));
}

/** Up to a tenth later than the long interval, so that endpoints refused together do not return together. */
export function waitAfterRefusal(random: () => number): number {
  return Math.ceil(refusedWaitMs * (1 + random() / 10));
}
