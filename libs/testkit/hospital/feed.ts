import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceEvent } from './event.js';

/** Waits between two tries of a batch that was not taken, milliseconds; a `Retry-After` that is longer wins. */
const firstWaitMs = 100;
const waitMsMax = 5_000;
const answerWithinMs = 30_000;

export interface FeedOptions {
  readonly events: Iterable<SourceEvent>;
  /** `http://127.0.0.1:7410` */
  readonly url: string;
  readonly token: string;
  /** Event time per real time; Infinity for as fast as it is taken. */
  readonly speed: number;
  /** Events of one request at most. */
  readonly batch: number;
  /** Requests under way at once. */
  readonly lanes: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FeedProgress) => void;
}

export interface FeedProgress {
  readonly accepted: number;
  readonly refused: number;
  readonly retries: number;
  /** Event time of the newest event that was sent, milliseconds. */
  readonly at: number;
}

interface Batch {
  readonly body: string;
  readonly events: number;
  readonly at: number;
}

/**
 * Plays events into an ingestor as an honest feed does: a batch that was not acknowledged is sent again, same ids, until it is, so an
 * ingestor that restarts costs time only. Rejects when the ingestor refuses the credential or the request as such, or on `signal`.
 */
export async function feed(options: FeedOptions): Promise<FeedProgress> {
  const totals = { accepted: 0, refused: 0, retries: 0, at: 0 };
  const batches = paced(options);
  const lane = async () => {
    for (let next = await batches.next(); !next.done; next = await batches.next()) {
      const answer = await sent(next.value, options, () => (totals.retries += 1));
      totals.accepted += answer.accepted;
      totals.refused += answer.refused;
      totals.at = Math.max(totals.at, next.value.at);
      options.onProgress?.({ ...totals });
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return { ...totals };
}

/** Batches no earlier than their newest event is due. Several lanes may ask at once: an async generator answers them in order. */
async function* paced({ events, speed, batch, signal }: FeedOptions): AsyncGenerator<Batch> {
  const startedAt = performance.now();
  let first: number | undefined;
  let lines: string[] = [];
  let opened = 0;
  const due = (at: number) => startedAt + (at - (first ?? at)) / speed - performance.now();
  /** A slow day must not wait for a full batch: one closes after this much real time. */
  const lingerMs = 100;
  for (const event of events) {
    const at = Date.parse(event.time);
    first ??= at;
    if (lines.length >= batch || (lines.length && due(at) - due(opened) > lingerMs)) {
      yield { body: `${lines.join('\n')}\n`, events: lines.length, at };
      lines = [];
    }
    const waitMs = due(at);
    if (waitMs > 1) await sleep(waitMs, undefined, signal ? { signal } : {});
    signal?.throwIfAborted();
    if (!lines.length) opened = at;
    lines.push(JSON.stringify(event));
  }
  if (lines.length) yield { body: `${lines.join('\n')}\n`, events: lines.length, at: opened };
}

async function sent(
  batch: Batch,
  { url, token, signal }: FeedOptions,
  onRetry: () => void,
): Promise<{ accepted: number; refused: number }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMsMax, waitMs * 2)) {
    signal?.throwIfAborted();
    const answer = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers,
      body: batch.body,
      signal: AbortSignal.timeout(answerWithinMs),
    }).catch(() => undefined);
    if (answer?.ok) {
      const said = (await answer.json()) as { accepted: number; refused: readonly unknown[] };
      return { accepted: said.accepted, refused: said.refused.length };
    }
    if (answer && answer.status < 500 && answer.status !== 429 && answer.status !== 408)
      throw new Error(`the ingestor at ${url} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    onRetry();
    const toldMs = Number(answer?.headers.get('retry-after') ?? 0) * 1000;
    await sleep(Math.max(waitMs, toldMs), undefined, signal ? { signal } : {});
  }
}
