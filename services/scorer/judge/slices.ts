import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '#libs/runtime/clock.js';

/**
 * Work beside the stream gives way to heartbeats, timers and frames after so long, in milliseconds; one piece of it takes some more, at most thirty. Together
 * they stay below the 50 ms that a live access may wait.
 */
export const sliceMsMax = 20;

/** Does all steps, with a turn of the event loop for others after each slice. */
export async function inSlices<T>(steps: Iterator<void, T>, clock: Clock, sliceMs = sliceMsMax): Promise<T> {
  let until = clock.monotonic() + sliceMs;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (clock.monotonic() < until) continue;
    await nextTurn();
    until = clock.monotonic() + sliceMs;
  }
}

/** The items, each in a turn of the event loop of its own, until there are no more or it is stopped: then what is waited for is waited for no longer. */
export async function* inTurns<T>(items: AsyncIterable<T>, stop: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
  const onStop = () => resolve(undefined);
  stop.addEventListener('abort', onStop, { once: true });
  try {
    while (!stop.aborted) {
      const next = await Promise.race([iterator.next(), stopped]);
      if (!next || next.done) return;
      yield next.value;
      await nextTurn();
    }
  } finally {
    stop.removeEventListener('abort', onStop);
    iterator.return?.().catch(() => {});
  }
}
