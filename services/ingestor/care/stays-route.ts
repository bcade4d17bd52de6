import { readStays } from '#libs/formats/stays/read-stays.js';
import { HttpRefusal, type RefusedItem } from '../receive/http-refusal.js';
import { refusedListedMax } from '../receive/intake.js';
import type { Route } from '../receive/receiver.js';
import type { Taker } from '../receive/taker.js';

/** `POST /v1/stays`: stays and appointments, which say whom a patient belongs to. Each stands for itself. */
export function staysRoute(taker: () => Taker, now: () => number): Route {
  return {
    answer: async (body, source) => {
      const refused: RefusedItem[] = [];
      const stays = [];
      let index = 0;
      for (const read of readStays(body, source.reading, now())) {
        if (read.kind === 'rejected') refused.push({ index, field: read.field, reason: read.detail });
        else stays.push(...read.value);
        index += 1;
      }
      if (index === 0)
        throw new HttpRefusal(400, 'the body holds no stay; send one JSON object, an array, one object a line, FHIR, or ADT');
      const listed = refused.slice(0, refusedListedMax);
      if (refused.length === index) throw new HttpRefusal(422, `none of the ${index} stay(s) was taken`, undefined, listed);
      await taker().stays(stays, source);
      return { status: 200, body: { accepted: stays.length, refused: listed, refused_count: refused.length } };
    },
    refusal: ({ message, refused }) => ({ body: { error: message, ...(refused.length ? { refused } : {}) } }),
  };
}
