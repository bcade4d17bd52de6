import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { Reading } from '#libs/formats/input-format.js';
import { readOriginal } from '#libs/formats/read/original.js';
import { refused } from '#libs/formats/read/read-payload.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import type { SourcesInUse } from '#libs/sources/sources-in-use.js';
import { batchesOf, takenWhole } from '../receive/batches.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { ItemOutcome } from '../receive/intake.js';
import type { Taker } from '../receive/taker.js';
import type { Framed } from './framing.js';

/** Times between two tries while the log takes nothing, in milliseconds. */
const firstWaitMs = 100;
const waitMsMax = 5000;

export interface HandOverTools {
  readonly taker: () => Taker;
  readonly sources: () => SourcesInUse;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Records of one source. */
export interface Records {
  readonly items: readonly DecodedItem[];
  /** Where the item of an index came from. */
  readonly origin: (index: number) => string;
}

/**
 * Takes messages of senders that get no answer: it holds on to them until the log has them, however long that takes, and whoever hands them
 * over reads nothing more meanwhile. What cannot be an event is kept in quarantine, because nobody could be told.
 */
export class HandOver {
  constructor(private readonly tools: HandOverTools) {}

  /**
   * Resolves when everything is durable, or refused. Rejects with the signal's reason when it aborts first. `placeOf` says where a message
   * lies that can be found again, such as in a topic; otherwise it is known by when it came.
   */
  async take(
    inlet: string,
    messages: readonly Framed[],
    source: ConfiguredSource,
    signal: AbortSignal,
    placeOf?: (message: number) => string,
  ): Promise<void> {
    this.tools.metrics.add('vigie_inlet_messages_total', { inlet }, messages.length);
    const receivedMs = this.tools.clock.now();
    const came = `inlet:${inlet}/${isoOf(receivedMs)}`;
    const place = (message: number) => placeOf?.(message) ?? `${came}/${message}`;
    for await (const batch of batchesOf(placedItems(messages, source.reading, receivedMs, place), ({ item }) => item)) {
      const records = { items: batch.map(({ item }) => item), origin: (index: number) => batch[index]?.origin ?? came };
      await this.takeItems(records, source, signal);
    }
  }

  /** The same for records that were read already: what became of each. Those that were kept in quarantine are refused as events. */
  async takeItems({ items, origin }: Records, source: ConfiguredSource, signal: AbortSignal): Promise<readonly ItemOutcome[]> {
    const { taker, sources, clock, log } = this.tools;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, waitMsMax)) {
      signal.throwIfAborted();
      try {
        const keys = sources().keys.group(source.groupId);
        if (!keys) throw new HttpRefusal(503, `there is no pseudonym key for the group ${source.groupId}`);
        return await takenWhole(taker(), items, { ...source, keys }, { origin, refusals: 'kept' });
      } catch (cause) {
        if (!(cause instanceof HttpRefusal) || (cause.status !== 503 && cause.status !== 429)) throw cause;
        log.debug('records wait for the log', { source: source.source, waitMs });
        await clock.sleep(waitMs, signal);
      }
    }
  }
}

/** An item, and where it came from. */
interface Placed {
  readonly item: DecodedItem;
  readonly origin: string;
}

function* placedItems(
  messages: readonly Framed[],
  reading: Reading,
  receivedMs: number,
  place: (message: number) => string,
): Generator<Placed> {
  for (const [index, message] of messages.entries()) {
    const items =
      message.kind === 'rejected'
        ? [refused(message)]
        : readOriginal({ kind: 'bytes', bytes: message.value, envelope: { receivedMs } }, reading);
    let record = 0;
    for (const item of items) {
      yield { item, origin: `${place(index)}#${record}` };
      record += 1;
    }
  }
}
