/** `Retry-After` is obeyed up to here. */
export const retryAfterMsMax = 3_600_000;

/** What became of one attempt. */
export type Verdict = Delivered | Later | Refused;

export interface Delivered {
  readonly kind: 'delivered';
  /** HTTP status, 0 where there is none. */
  readonly status: number;
}
/** May pass by itself: tried again soon. */
export interface Later {
  readonly kind: 'later';
  readonly status: number;
  readonly reason: string;
  /** What the receiver asked for, already capped. */
  readonly retryAfterMs?: number;
  /** Given where only this message waits, and the receiver takes others. */
  readonly scope?: 'change';
}
/** Will not pass by itself: the endpoint is flagged and tried at a long interval. */
export interface Refused {
  readonly kind: 'refused';
  readonly status: number;
  readonly reason: string;
  /** Whether the answer speaks of this change only (a bad request) or of the endpoint as a whole. */
  readonly scope: 'change' | 'endpoint';
}

const passing = new Set([408, 425, 429]);
const aboutTheChange = new Set([400, 409, 413, 415, 422]);

/** The meaning of an HTTP answer. `now` is needed for a `Retry-After` that is a date. */
export function verdictOf(status: number, retryAfter: string | undefined, now: number): Verdict {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status >= 500 || passing.has(status)) {
    const retryAfterMs = parseRetryAfter(retryAfter, now);
    return { kind: 'later', status, reason: `answered ${status}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  const redirect = status >= 300 && status < 400;
  const reason = redirect ? `answered ${status}, and redirects are not followed: give the final address` : `answered ${status}`;
  return { kind: 'refused', status, reason, scope: aboutTheChange.has(status) ? 'change' : 'endpoint' };
}

/** Seconds or an HTTP date (RFC 9110 section 10.2.3), in milliseconds from now, between 0 and the cap; undefined for anything else. */
export function parseRetryAfter(text: string | undefined, now: number): number | undefined {
  if (!text) return undefined;
  const waitMs = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), retryAfterMsMax);
}
