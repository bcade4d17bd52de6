import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { retry } from '#libs/runtime/retry.js';
import type { Frame, Reader, TopicPartition } from './port.js';

/** Tries of one frame before it counts as poison. */
export const frameTriesMax = 3;
/** Waits between two tries of the same work while the world outside fails, in milliseconds. */
export const stallFirstWaitMs = 50;
export const stallWaitMsMax = 10_000;

export interface DeliverTools {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told at the first failed try of some work, and when that work is through. */
  readonly onStalled: (stalled: boolean) => void;
}

/**
 * Hands frames to a reader as the port promises: `Transient` is tried again for as long as it takes; anything else sends the batch frame
 * by frame, and a frame that fails `frameTriesMax` times to `Reader.poison`.
 * Rejects when the signal aborts (nothing may be concluded about the frames then) or when `poison` itself fails.
 */
export async function deliver(reader: Reader, at: TopicPartition, frames: readonly Frame[], tools: DeliverTools): Promise<void> {
  const failure = await attempt(reader, at, frames, tools);
  if (!failure) return;
  for (const frame of frames) await deliverOne(reader, at, frame, tools);
}

async function deliverOne(reader: Reader, at: TopicPartition, frame: Frame, tools: DeliverTools): Promise<void> {
  let failure: Failure | undefined;
  for (let tries = 1; tries <= frameTriesMax; tries += 1) {
    failure = await attempt(reader, at, [frame], tools);
    if (!failure) return;
    tools.log.warn('a frame could not be digested', { ...at, offset: frame.offset, attempt: tries, cause: failure.cause });
    if (tries < frameTriesMax) await tools.clock.sleep(stallFirstWaitMs, tools.signal);
  }
  await reader.poison(at, frame, failure?.cause);
}

interface Failure {
  /** Whatever was thrown, `undefined` included. */
  readonly cause: unknown;
}

async function attempt(
  reader: Reader,
  at: TopicPartition,
  frames: readonly Frame[],
  tools: DeliverTools,
): Promise<Failure | undefined> {
  try {
    await patiently(async () => reader.frames(at, frames, tools.signal), at, tools);
    return undefined;
  } catch (cause) {
    tools.signal.throwIfAborted();
    return { cause };
  }
}

/** Calls `work` until it does not fail with `Transient`, and shows the wait. */
export async function patiently<T>(work: () => Promise<T>, at: TopicPartition, tools: DeliverTools): Promise<T> {
  let stalled = false;
  try {
    return await retry(
      work,
      { firstWaitMs: stallFirstWaitMs, waitMsMax: stallWaitMsMax, attemptsMax: Infinity },
      {
        ...tools,
        onRetry(cause, attempt, waitMs) {
          stalled = true;
          tools.onStalled(true);
          tools.log.warn('stalled: the same work is tried again', { ...at, attempt, waitMs, cause });
        },
      },
    );
  } finally {
    if (stalled) tools.onStalled(false);
  }
}
