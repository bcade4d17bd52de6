import { type Clock, systemClock } from '#libs/runtime/clock.js';
import { type BatchAnswer, postUntilTaken } from './post-batch.js';
import type { SourceEvent } from '../event.js';

/** A slow day must not wait for a full batch: one closes after this much real time. */
const lingerMs = 100;
/** Shorter waits than this are not worth a timer. */
const tickMs = 5;
/** Without any batch taken for this long the ingestor is given up. */
const patienceMsDefault = 5 * 60_000;

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
  /** How long the ingestor may be away, milliseconds. */
  readonly patienceMs?: number;
  readonly clock?: Clock;
}

export interface FeedProgress {
  readonly accepted: number;
  readonly refused: number;
  /** Batches that were sent again. */
  readonly retries: number;
  /** Event time of the newest event that was taken, milliseconds. */
  readonly at: number;
  /** What the ingestor said of the first items that it refused. */
  readonly refusals: readonly string[];
}

interface Batch {
  readonly body: string;
  /** Event time of its newest event, milliseconds. */
  readonly at: number;
}

/**
 * Plays events into an ingestor as an honest feed does: a batch that was not acknowledged is sent again, same ids, until it is, so an
 * ingestor that restarts costs time only. Events are made no faster than they are taken. Rejects when the ingestor refuses the
 * credential or the request as such, when it is away for too long, or on `signal`; nothing is under way any more then.
 */
export async function feed(options: FeedOptions): Promise<FeedProgress> {
  const { url, token, clock = systemClock, patienceMs = patienceMsDefault } = options;
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const totals = new Totals();
  const batches = paced(options, clock, signal);
  const lane = async () => {
    for (let next = await batches.next(); !next.done; next = await batches.next()) {
      const onRetry = () => totals.sentAgain();
      const answer = await postUntilTaken(next.value.body, { url, token, clock, signal, patienceMs, onRetry });
      const progress = totals.taken(answer, next.value.at);
      options.onProgress?.(progress);
    }
  };
  const lanes = Array.from({ length: options.lanes }, () => lane().catch((cause: unknown) => failed.abort(cause)));
  await Promise.all(lanes);
  signal.throwIfAborted();
  return totals.progress();
}

/** Batches no earlier than their newest event is due. Several lanes may ask at once: an async generator answers them in order. */
async function* paced({ events, speed, batch }: FeedOptions, clock: Clock, signal: AbortSignal): AsyncGenerator<Batch> {
  const startedAt = clock.monotonic();
  let first: number | undefined;
  let lines: string[] = [];
  let opened = 0;
  let newest = 0;
  for (const event of events) {
    const at = Date.parse(event.time);
    first ??= at;
    if (lines.length >= batch || (lines.length > 0 && (at - opened) / speed > lingerMs)) {
      yield { body: `${lines.join('\n')}\n`, at: newest };
      lines = [];
    }
    const waitMs = startedAt + (at - first) / speed - clock.monotonic();
    if (waitMs > tickMs) await clock.sleep(waitMs, signal);
    signal.throwIfAborted();
    if (lines.length === 0) opened = at;
    newest = at;
    lines.push(JSON.stringify(event));
  }
  if (lines.length > 0) yield { body: `${lines.join('\n')}\n`, at: newest };
}

class Totals {
  #accepted = 0;
  #refused = 0;
  #retries = 0;
  #at = 0;
  readonly #refusals: string[] = [];

  sentAgain(): void {
    this.#retries += 1;
  }

  taken({ accepted, refused }: BatchAnswer, at: number): FeedProgress {
    this.#accepted += accepted;
    this.#refused += refused.length;
    this.#at = Math.max(this.#at, at);
    for (const { field, reason } of refused) if (this.#refusals.length < 5) this.#refusals.push(`${field}: ${reason}`);
    return this.progress();
  }

  progress(): FeedProgress {
    return {
      accepted: this.#accepted,
      refused: this.#refused,
      retries: this.#retries,
      at: this.#at,
      refusals: [...this.#refusals],
    };
  }
}
