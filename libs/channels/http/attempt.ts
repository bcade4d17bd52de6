// http/: one attempt over HTTP and what its answer means, the same for every receiver: addresses, signatures, deadlines, verdicts.
// Each channel only says where to and with which bytes.
import type { Clock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { HttpPost } from './http-post.js';
import { type Verdict, verdictOf } from './verdict.js';

/** One attempt, from the first byte of the connection to the last of the answer. */
export const attemptMsMax = 15_000;

/** Why what is left of an attempt may end. Given, because a signal that is not given a reason makes one, stack included, for every attempt. */
const over = new Error('the attempt is over');

export interface PostTools {
  readonly http: HttpPost;
  readonly clock: Clock;
}

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One POST. What it means is a verdict; nothing is thrown but bugs. Ends by itself when the signal aborts, and after `attemptMsMax`. */
export function post({ http, clock }: PostTools, { url, headers, body }: PostRequest, signal: AbortSignal): Promise<Verdict> {
  return attempt(clock, signal, async (inTime) => {
    const answer = await http.post(url, headers, body, inTime);
    return verdictOf(answer.status, answer.retryAfter, clock.now());
  });
}

/**
 * Our own deadline over everything that an attempt does, because a client's is often only over a part. `Transient` of the work, the
 * deadline and the signal are the verdict `later`.
 */
export async function attempt(
  clock: Clock,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Verdict>,
): Promise<Verdict> {
  const ended = new AbortController();
  const inTime = AbortSignal.any([signal, ended.signal]);
  const late = clock.sleep(attemptMsMax, inTime).then(
    () => Promise.reject(new Transient(`no whole answer within ${attemptMsMax / 1000} s`)),
    () => Promise.reject(new Transient('the delivery was broken off')),
  );
  const answer = work(inTime);
  answer.catch(() => {}); // when the deadline wins, nobody waits for it any more
  late.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } catch (cause) {
    if (!(cause instanceof Transient)) throw cause;
    return { kind: 'later', status: 0, reason: cause.message };
  } finally {
    ended.abort(over);
  }
}
