import { payloadsOf } from '#libs/formats/read/records.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { Route } from '../receive/receiver.js';
import type { Taker } from '../receive/taker.js';
import { fatesOf, tookAny } from './fates.js';

/** `POST /gelf`: a message of Graylog's format, or one a line; 202 as Graylog answers, 400 where nothing was taken. */
export function gelfRoute(taker: () => Taker, now: () => number): Route {
  return {
    refusal: ({ message, refused }) => ({ body: { error: message, ...(refused.length ? { refused } : {}) } }),
    answer: async (body, source) => {
      const fates = await fatesOf(payloadsOf(body, { receivedMs: now() }, source.reading), source, taker());
      const refused = fates.flatMap((fate, index) => (fate.taken ? [] : [{ index, field: fate.field, reason: fate.reason }]));
      if (!tookAny(fates)) throw new HttpRefusal(400, 'none of the messages was taken', undefined, refused);
      return { status: 202 };
    },
  };
}
