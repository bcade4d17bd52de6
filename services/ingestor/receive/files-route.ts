import type { DecodedItem } from '#libs/formats/decoded-item.js';
import { fileRecords } from '#libs/formats/read/file-records.js';
import { Accumulated, tookAny } from './accounts.js';
import { batchesOf, takenWhole } from './batches.js';
import { HttpRefusal } from './http-refusal.js';
import type { StreamRoute } from './receiver.js';
import type { Taker } from './taker.js';

/**
 * `POST /v1/files`: a table or another file of any length, taken while it comes. What breaks off is told with the status of what broke it; what
 * was taken until then stays, and counts once when the whole is sent again.
 */
export function filesRoute(taker: () => Taker, now: () => number): StreamRoute {
  return {
    answer: async (chunks, source) => {
      const answer = new Accumulated();
      const items: AsyncIterable<DecodedItem> = fileRecords(chunks, { receivedMs: now() }, source.reading);
      for await (const batch of batchesOf(items, (item) => item)) answer.add(await takenWhole(taker(), batch, source));
      const told = answer.told();
      if (tookAny(told)) return { status: 200, body: told };
      const why = told.refused_count ? `none of the ${told.refused_count} record(s) was taken` : 'the file holds no record';
      throw new HttpRefusal(told.refused_count ? 422 : 400, why, undefined, told.refused);
    },
    refusal: ({ message, refused }) => ({ body: { error: message, ...(refused.length ? { refused } : {}) } }),
  };
}
