import { existsSync } from 'node:fs';
import { ageMsMax } from '#libs/routing/due.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { type Delivered, DeliveredFile, rememberedMax } from './delivered.js';

/** For how long a channel waits for what the store knows, before it tells without it, milliseconds. */
export const waitMsMax = 10_000;

export interface BeforeTools {
  readonly clock: Clock;
  readonly log: Log;
  /** Ids of changes that the channel's receiver has since an instant of the wall clock, the oldest first. Rejects when the store is away. */
  readonly toldChanges: (endpoint: string, since: string, limit: number) => Promise<readonly string[]>;
}

/**
 * What a channel has delivered, from its file; where there is none, because this process is on another disk than the one before, from the store, which every
 * notifier writes to. Where the store does not answer in time either, some changes are told again, under the same id.
 */
export async function openDelivered(path: string, endpoint: string, tools: BeforeTools): Promise<Delivered> {
  const known = existsSync(path) ? undefined : await asked(endpoint, tools);
  return DeliveredFile.open(path, rememberedMax, known);
}

async function asked(endpoint: string, { clock, log, toldChanges }: BeforeTools): Promise<readonly string[] | undefined> {
  const waited = new AbortController();
  const late = clock.sleep(waitMsMax, waited.signal).then(
    () => Promise.reject(new Error(`the store did not say within ${waitMsMax / 1000} s what was told`)),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([toldChanges(endpoint, isoOf(clock.now() - ageMsMax), rememberedMax), late]);
  } catch (cause) {
    log.warn('what this channel told before is not known; some changes may be told again, under the same id', {
      endpoint,
      cause,
    });
    return undefined;
  } finally {
    waited.abort();
  }
}
