import { z } from 'zod';
import type { Clock } from '#libs/runtime/clock.js';

/** Waits between two tries, milliseconds; a `Retry-After` that is longer wins. */
const firstWaitMs = 100;
const waitMsMax = 5_000;
const answerWithinMs = 30_000;
const quotedMax = 300;

const batchAnswer = z.object({
  accepted: z.int().nonnegative(),
  refused: z.array(z.object({ index: z.number(), field: z.string(), reason: z.string() })),
});
export type BatchAnswer = z.infer<typeof batchAnswer>;

export interface PostTools {
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long one batch is tried, milliseconds. */
  readonly patienceMs: number;
  readonly onRetry: () => void;
}

/** The ingestor will never take this: the message says what it answered and what to do. */
export class FeedRefused extends Error {
  override readonly name = 'FeedRefused';
}

/** Another try may do better; `waitMs` is what the ingestor asked for. */
interface NotNow {
  readonly why: string;
  readonly waitMs: number;
}

/**
 * Sends a batch until it is acknowledged. A connection that breaks, an answer that is cut short, 408, 429 and 5xx are tried again: the
 * ingestor may have taken the batch, and knows its events by their ids. Rejects with `FeedRefused`, or the signal's reason.
 */
export async function postUntilTaken(body: string, tools: PostTools): Promise<BatchAnswer> {
  const { clock, signal, patienceMs, url } = tools;
  const since = clock.monotonic();
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMsMax, waitMs * 2)) {
    const outcome = await post(body, tools);
    if ('accepted' in outcome) return outcome;
    if (clock.monotonic() - since > patienceMs)
      throw new FeedRefused(`${url} has taken nothing for ${Math.round(patienceMs / 1000)} s: ${outcome.why}; is it running?`);
    tools.onRetry();
    await clock.sleep(Math.max(waitMs, outcome.waitMs), signal);
  }
}

async function post(body: string, { url, token, signal, clock }: PostTools): Promise<BatchAnswer | NotNow> {
  signal.throwIfAborted();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
    const answer = await fetch(`${url}/v1/events`, { method: 'POST', headers, body, signal: within });
    const text = await answer.text();
    return answer.ok ? batchAnswer.parse(JSON.parse(text)) : notNow(answer, text, url, clock);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof FeedRefused) throw cause;
    return { why: whyOf(cause), waitMs: 0 };
  }
}

function notNow({ status, headers }: Response, text: string, url: string, clock: Clock): NotNow {
  const why = `it answered ${status}: ${text.slice(0, quotedMax)}`;
  if (status === 401 || status === 403) throw new FeedRefused(`${url}: ${why}; give the token of a source with --token`);
  if (status === 413) throw new FeedRefused(`${url}: ${why}; send smaller batches with --batch`);
  if (status < 500 && status !== 408 && status !== 429) throw new FeedRefused(`${url}: ${why}; is this an ingestor?`);
  return { why, waitMs: retryAfterMs(headers.get('retry-after'), clock) };
}

/** Seconds or a date (RFC 9110, 10.2.3); what cannot be read asks for nothing. */
function retryAfterMs(value: string | null, clock: Clock): number {
  if (!value) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

/** `fetch` hides the reason in the cause of its error. */
function whyOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
