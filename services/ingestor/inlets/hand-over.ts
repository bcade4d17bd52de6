import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { Reading } from '#libs/formats/input-format.js';
import { readOriginal } from '#libs/formats/read/original.js';
import { refused } from '#libs/formats/read/read-payload.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import type { SourcesInUse } from '#libs/sources/sources-in-use.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { ItemOutcome } from '../receive/intake.js';
import { peeked } from '../receive/peeked.js';
import type { Taker } from '../receive/taker.js';
import type { Framed } from './framing.js';

/** Times between two tries while the log takes nothing, in milliseconds. */
const firstWaitMs = 100;
const waitMsMax = 5000;
/** Messages that are taken at a time. */
const messagesMax = 1000;

export interface HandOverTools {
  readonly taker: () => Taker;
  readonly sources: () => SourcesInUse;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Records of one source. */
export interface Records {
  /** Begins anew at each try. */
  readonly items: () => Iterable<DecodedItem>;
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
    for (let at = 0; at < messages.length; at += messagesMax) {
      const some = messages.slice(at, at + messagesMax);
      const receivedMs = this.tools.clock.now();
      const places: string[] = [];
      const came = `inlet:${inlet}/${isoOf(receivedMs)}`;
      const place = (message: number) => placeOf?.(at + message) ?? `${came}/${at + message}`;
      const records = {
        items: () => itemsOf(some, { reading: source.reading, receivedMs, place, places }),
        origin: (index: number) => places[index] ?? came,
      };
      await this.takeItems(records, source, signal);
    }
  }

  /** The same for records that were read already: what became of each. Those that were kept in quarantine are refused as events. */
  async takeItems(records: Records, source: ConfiguredSource, signal: AbortSignal): Promise<readonly ItemOutcome[]> {
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, waitMsMax)) {
      signal.throwIfAborted();
      try {
        return await this.#once(records, source);
      } catch (cause) {
        if (!(cause instanceof HttpRefusal)) throw cause;
        if (cause.status !== 503 && cause.status !== 429) return this.#lost(source, cause);
        this.tools.log.debug('records wait for the log', { source: source.source, waitMs });
        await this.tools.clock.sleep(waitMs, signal);
      }
    }
  }

  async #once({ items, origin }: Records, source: ConfiguredSource): Promise<readonly ItemOutcome[]> {
    const { taker, sources } = this.tools;
    const keys = sources().keys.group(source.groupId);
    if (!keys) throw new HttpRefusal(503, `there is no pseudonym key for the group ${source.groupId}`);
    const [isAny, some] = peeked(items());
    return isAny ? taker().decoded(some, { ...source, keys }, { origin, refusals: 'kept' }) : [];
  }

  /** What nobody can take, such as rows beyond every limit: it must not be tried for ever. */
  #lost({ source, groupId }: ConfiguredSource, cause: HttpRefusal): readonly ItemOutcome[] {
    const { log, metrics } = this.tools;
    metrics.add('vigie_inlet_dropped_total', { inlet: source, reason: 'over_limit' });
    log.error('a batch was dropped, because it can never be taken', { source, groupId, cause });
    return [];
  }
}

interface Came {
  readonly reading: Reading;
  readonly receivedMs: number;
  /** Where a message lies. */
  readonly place: (message: number) => string;
  /** Where each record came from: filled anew while they are read. */
  readonly places: string[];
}

function* itemsOf(messages: readonly Framed[], { reading, receivedMs, place, places }: Came): Generator<DecodedItem> {
  places.length = 0;
  for (const [index, message] of messages.entries()) {
    const items =
      message.kind === 'rejected'
        ? [refused(message)]
        : readOriginal({ kind: 'bytes', bytes: message.value, envelope: { receivedMs } }, reading);
    let record = 0;
    for (const item of items) {
      places.push(`${place(index)}#${record}`);
      record += 1;
      yield item;
    }
  }
}
