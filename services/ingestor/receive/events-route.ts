import { recordsOf } from '#libs/formats/read/records.js';
import type { Source } from '#libs/sources/source.js';
import { answerOf, tookAny } from './accounts.js';
import { HttpRefusal } from './http-refusal.js';
import type { IngestAnswer } from './intake.js';
import type { Route } from './receiver.js';
import type { Taker } from './taker.js';

const ownMediaTypes = [
  'application/json',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
  'text/plain',
];

/** `POST /v1/events`: Vigie's own format, or any other from a source whose configuration says so. */
export function eventsRoute(taker: () => Taker, now: () => number): Route {
  return {
    mediaTypes: (source) => (isOwn(source) ? ownMediaTypes : undefined),
    answer: async (body, source) => {
      const answer = isOwn(source)
        ? await taker().events(body, source)
        : answerOf(await taker().decoded(recordsOf(body, { receivedMs: now() }, source.reading), source));
      return { status: 200, body: taken(answer) };
    },
    refusal: ({ message, refused }) => ({ body: { error: message, ...(refused.length ? { refused } : {}) } }),
  };
}

/** Vigie's own format, by its fast way, unless the source's records are read in another way. */
function isOwn({ detects, reading: { format, clinic, columns, values, charset } }: Pick<Source, 'detects' | 'reading'>): boolean {
  return !clinic && !columns && !values && !charset && (format === 'vigie' || (format === undefined && !detects));
}

/** A request of which nothing was taken is no success: a sender that looks at the status alone would think that all is well. */
function taken(answer: IngestAnswer): IngestAnswer {
  if (tookAny(answer)) return answer;
  throw new HttpRefusal(422, `none of the ${answer.refused_count} event(s) was taken`, undefined, answer.refused);
}
