import { z } from 'zod';
import { hex128 } from '#libs/contracts/access-row.js';
import { sealedBytesMax } from '#libs/contracts/quarantine-row.js';
import type { DecodedItem } from '#libs/formats/decoded-item.js';
import { itemsOf } from '#libs/formats/json/items.js';
import { parseItem } from '#libs/formats/json/parse-item.js';
import { originalOf, readOriginal } from '#libs/formats/read/original.js';
import { refused } from '#libs/formats/read/read-payload.js';
import { HttpRefusal } from './http-refusal.js';
import { peeked } from './peeked.js';
import type { Route } from './receiver.js';
import type { ItemOutcome, SendingSource, Taker } from './taker.js';

/** A line of the request: a record of the quarantine as `originalText` wrote it. */
const replayed = z.strictObject({ quarantine_id: hex128, group_id: z.string(), source: z.string(), record: z.string() });

/** Records of one request. */
const recordsMax = 1000;
/** A record may be as long as the quarantine keeps it, twice with the escapes of one JSON text in another. */
const lineLimits = { bytesMax: 4 * sealedBytesMax, nodesMax: 10 };

/** What became of one record of the quarantine. */
export interface Replayed {
  readonly quarantine_id: string;
  /** Events of it that are in the log now. */
  readonly events: number;
  /** Parts of it that still cannot be taken, or are set aside; also of an event that was taken, such as one of its patients. */
  readonly refused: number;
  readonly field?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * `POST /v1/replays`: records that were kept in quarantine, one a line, read by the source's configuration of today as if they came now for the
 * first time, with the time of receipt that they had. Their events have the ids that they would have had. What still cannot be read stays in
 * the quarantine as it is.
 */
export function replayRoute(taker: () => Taker, now: () => number): Route {
  return {
    mediaTypes: () => ['application/x-ndjson'],
    answer: async (body, source) => {
      const ids: string[] = [];
      const origins: number[] = [];
      const [isAny, items] = peeked(itemsIn(body, source, { ids, origins, nowMs: now() }));
      if (!isAny) throw new HttpRefusal(400, 'the body holds no record; send what "vigie quarantine replay" sends');
      const origin = (index: number) => `replay:${ids[origins[index] ?? 0] ?? ''}`;
      const outcomes = await taker().decoded(items, source, { origin, refusals: 'told' });
      return {
        status: 200,
        body: {
          records: ids.map((id, at) =>
            toldOf(
              id,
              outcomes.filter((_, index) => origins[index] === at),
            ),
          ),
        },
      };
    },
    refusal: ({ message }) => ({ body: { error: message } }),
  };
}

interface Reads {
  /** Of each record. */
  readonly ids: string[];
  /** Of each item, the place of its record. */
  readonly origins: number[];
  readonly nowMs: number;
}

/** Throws `HttpRefusal` for a line that no command of ours wrote. */
function* itemsIn(
  body: Buffer,
  { groupId, source, reading }: SendingSource,
  { ids, origins, nowMs }: Reads,
): Generator<DecodedItem> {
  for (const { start, end } of itemsOf(body, 'lines')) {
    const line = parseItem(body, start, end, lineLimits);
    const read = replayed.safeParse(line.kind === 'accepted' ? line.value : undefined);
    if (!read.success || ids.length === recordsMax)
      throw new HttpRefusal(
        400,
        `every line is {"quarantine_id","group_id","source","record"}, at most ${recordsMax} of them; line ${ids.length + 1} is not`,
      );
    if (read.data.group_id !== groupId || read.data.source !== source)
      throw new HttpRefusal(
        403,
        `the token is that of ${source} of ${groupId}, and record ${ids.length + 1} is of another source; name --group and --source`,
      );
    ids.push(read.data.quarantine_id);
    const original = originalOf(Buffer.from(read.data.record), nowMs);
    for (const item of original.kind === 'rejected' ? [refused(original)] : readOriginal(original.value, reading)) {
      origins.push(ids.length - 1);
      yield item;
    }
  }
}

/** An event that was taken without one of its patients, or without its texts, is not whole: what is left of it stays in quarantine. */
function toldOf(quarantine_id: string, outcomes: readonly ItemOutcome[]): Replayed {
  const events = outcomes.filter(({ kind }) => kind === 'accepted').length;
  const left = outcomes.filter((one) => one.kind !== 'accepted' || one.reason !== undefined);
  const [first] = left;
  return { quarantine_id, events, refused: left.length, ...(first && { field: first.field, reason: first.reason }) };
}
