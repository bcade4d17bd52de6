/** When a delivery is tried again. Every wait of the notifier is here, in milliseconds. */

/** Wait after the first failure of an endpoint; doubled for each further one in a row. */
export const firstWaitMs = 1000;

/**
 * Longest wait between two attempts at an endpoint that fails: one request a minute, however many changes wait. It is also how long an
 * endpoint that came back may stay unnoticed.
 */
export const waitMsMax = 60_000;

/**
 * Wait after an answer that more attempts will hardly change (401, 404, 410, redirects), since an administrator has to do something; doubled
 * for each further one in a row, up to the longest. It begins short, because many such answers are a proxy or a deployment that passes.
 */
export const refusedWaitMs = 60_000;
export const refusedWaitMsMax = 15 * 60_000;

/** A pause of this length is told to the other receivers though it is the first. */
export const pauseToldMs = 60_000;

/** What waits for an endpoint in trouble is told to the others this long after it is seen, so that one notice names what came together. */
export const noticeCollectMs = 1000;

/** Time between two such notices of one endpoint. */
export const noticeEveryMs = 60_000;

/** Age of a change after which it is no longer sent: by then the store and the log are the place to look. */
export const giveUpAfterMs = 7 * 24 * 3_600_000;

/** Changes that a receiver may refuse one after the other as bad requests before the endpoint as a whole counts as refusing. */
export const refusedChangesMax = 3;

/** Equal jitter: half of the doubled wait is certain, half is chance, so that instances do not come back together. */
export function waitAfter(failures: number, random: () => number): number {
  const ceiling = Math.min(waitMsMax, firstWaitMs * 2 ** Math.min(failures - 1, 30));
  return Math.ceil(ceiling * (0.5 + random() / 2));
}

/** Up to a tenth later than the doubled wait, so that endpoints refused together do not return together. */
export function waitAfterRefusal(refusals: number, random: () => number): number {
  const waitMs = Math.min(refusedWaitMsMax, refusedWaitMs * 2 ** Math.min(refusals - 1, 30));
  return Math.ceil(waitMs * (1 + random() / 10));
}
