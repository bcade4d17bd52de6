import { isUtf8 } from 'node:buffer';
import { type AlikeRecords, alikeRecordsOf } from '#libs/formats/fhir/shapes/alike-records.js';
import type { Reading } from '#libs/formats/input-format.js';
import { type ItemRange, itemsOf, layoutOf } from '#libs/formats/json/items.js';
import type { Envelope } from '#libs/formats/payload.js';
import { readPayload } from '#libs/formats/read/read-payload.js';
import { isJsonBody, recordOf, recordsOf } from '#libs/formats/read/records.js';
import { ownLineOf, readsOwnLines } from '#libs/formats/vigie/line.js';
import type { Source } from '#libs/sources/source.js';
import { answerOf, tookAny } from './accounts.js';
import { HttpRefusal, noEvent } from './http-refusal.js';
import type { Route } from './receiver.js';
import type { IngestAnswer, Item, Taker } from './taker.js';

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
      if (isOwn(source)) return { status: 200, body: taken(await taker().events(body, source)) };
      const outcomes = await taker().decoded(recordsIn(body, { receivedMs: now() }, source.reading), source);
      if (!outcomes.length) throw noEvent();
      return { status: 200, body: taken(answerOf(outcomes)) };
    },
    refusal: ({ message, refused }) => ({ body: { error: message, ...(refused.length ? { refused } : {}) } }),
  };
}

/** Records of any format, of which ordinary lines of Vigie's own and AuditEvents that are like one before need not be read. */
function recordsIn(body: Buffer, envelope: Envelope, reading: Reading): Iterable<Item> {
  const alike = alikeRecordsOf(reading, (value) => readPayload({ kind: 'json', value, envelope: noEnvelope }, reading));
  return (alike || readsOwnLines(reading)) && isJsonBody(body) && isUtf8(body)
    ? linesIn(body, envelope, reading, alike)
    : recordsOf(body, envelope, reading);
}

const noEnvelope = { receivedMs: 0 };

function* linesIn(body: Buffer, envelope: Envelope, reading: Reading, alike: AlikeRecords | undefined): Generator<Item> {
  const isOwn = readsOwnLines(reading);
  for (const range of itemsOf(body, layoutOf(body))) {
    const text = () => body.toString('utf8', range.start, range.end);
    const items = () => recordOf(body, range, envelope, reading);
    const shaped = alike?.any && (!isOwn || beginsAsFhir(body, range)) ? alike.met(text()) : undefined;
    if (shaped) yield { shaped, read: items };
    else
      yield {
        own: isOwn ? ownLineOf(body, range.start, range.end, envelope) : undefined,
        read: alike ? () => alike.learning(items(), text) : items,
      };
  }
}

const resourceType = '"resourceType"';

/** Whether a record says early that it is FHIR, where most are not: the others need not be compared with each shape. */
function beginsAsFhir(body: Buffer, { start, end }: ItemRange): boolean {
  return body.toString('latin1', start, Math.min(end, start + 4 * resourceType.length)).includes(resourceType);
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
