import { randomUUID } from 'node:crypto';
import type { Stay } from '#libs/formats/stays/stay.js';
import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { Reading } from '#libs/formats/input-format.js';
import { ownMessageOf } from '#libs/formats/syslog/own-message.js';
import { readsOwnLines } from '#libs/formats/vigie/line.js';
import type { Envelope } from '#libs/formats/payload.js';
import { readOriginal } from '#libs/formats/read/original.js';
import { refused } from '#libs/formats/read/read-payload.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import type { SourcesInUse } from '#libs/sources/sources-in-use.js';
import { batchesOf, madeAndTaken, takenWhole } from '../receive/batches.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { Item, ItemOutcome, SendingSource, Taker } from '../receive/taker.js';
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

/** Messages of one listener, in order. */
export interface Messages {
  readonly inlet: string;
  readonly messages: readonly Framed[];
  /** As `Custody` says. */
  readonly written?: (() => void) | undefined;
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
   * Messages without a place of their own: they are known by when they came, and by a name of the batch, since several connections and ingestors
   * bring the same text in one millisecond, and each is kept. All of them are small enough to be held. As `takePlaced`.
   */
  async take({ inlet, messages, written }: Messages, source: ConfiguredSource, signal: AbortSignal): Promise<void> {
    this.tools.metrics.add('vigie_inlet_messages_total', { inlet }, messages.length);
    const receivedMs = this.tools.clock.now();
    const came = `inlet:${inlet}/${isoOf(receivedMs)}/${randomUUID().slice(0, 8)}`;
    const origin = (index: number, record: number) => `${came}/${index}#${record}`;
    const ofMessage = itemOf(source.reading, { receivedMs });
    await this.#untilTaken(source, signal, (taker, sending) =>
      madeAndTaken({ taker, source: sending, itemOf: ofMessage }, messages, { origin, refusals: 'kept', written }),
    );
  }

  /** Resolves when everything is durable, or refused. Rejects with the signal's reason when it aborts first. */
  async takePlaced(
    placed: AsyncIterable<Placed> | Iterable<Placed>,
    source: ConfiguredSource,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const batch of batchesOf(placed, ({ item }) => item)) {
      const records = { items: batch.map(({ item }) => item), origin: (index: number) => batch[index]?.origin ?? '' };
      await this.takeItems(records, source, signal);
    }
  }

  /** The same for records that were read already: what became of each. Those that were kept in quarantine are refused as events. */
  async takeItems({ items, origin }: Records, source: ConfiguredSource, signal: AbortSignal): Promise<readonly ItemOutcome[]> {
    return this.#untilTaken(source, signal, (taker, sending) => takenWhole(taker, items, sending, { origin, refusals: 'kept' }));
  }

  /** Stays of a source. Resolves when they are durable. */
  takeStays(stays: readonly Stay[], source: ConfiguredSource, signal: AbortSignal): Promise<void> {
    return this.#untilTaken(source, signal, (taker, sending) => taker.stays(stays, sending));
  }

  async #untilTaken<T>(
    source: ConfiguredSource,
    signal: AbortSignal,
    take: (taker: Taker, source: SendingSource) => Promise<T>,
  ): Promise<T> {
    const { taker, sources, clock, log } = this.tools;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, waitMsMax)) {
      signal.throwIfAborted();
      try {
        const keys = sources().keys.group(source.groupId);
        if (!keys) throw new HttpRefusal(503, `there is no pseudonym key for the group ${source.groupId}`);
        return await take(taker(), { ...source, keys });
      } catch (cause) {
        if (!(cause instanceof HttpRefusal) || (cause.status !== 503 && cause.status !== 429)) throw cause;
        log.debug('records wait for the log', { source: source.source, waitMs });
        await clock.sleep(waitMs, signal);
      }
    }
  }
}

/** An item, and where it came from. */
export interface Placed {
  readonly item: DecodedItem;
  readonly origin: string;
}

/** The items of a message, each with its place in it. */
export function* placedItems(items: Iterable<DecodedItem>, message: string): Generator<Placed> {
  let record = 0;
  for (const item of items) {
    yield { item, origin: `${message}#${record}` };
    record += 1;
  }
}

/** A message is read when its turn comes: most are ordinary lines, of which nothing is made but rows. */
function itemOf(reading: Reading, envelope: Envelope): (message: Framed) => Item {
  const isOwn = readsOwnLines(reading);
  return (message) => {
    if (message.kind === 'rejected') return refused(message);
    const { value: bytes } = message;
    return {
      own: isOwn ? ownMessageOf(bytes, envelope) : undefined,
      read: () => readOriginal({ kind: 'bytes', bytes, envelope }, reading),
    };
  };
}
