import { firstByte } from '#libs/formats/json/items.js';
import { parseItem } from '#libs/formats/json/parse-item.js';
import { limits } from '#libs/formats/limits.js';
import { decodeMessage } from '#libs/formats/protobuf/decode.js';
import { exportLogsRequest } from '#libs/formats/protobuf/messages.js';
import type { Envelope } from '#libs/formats/payload.js';
import { envelopeOfResource, ownRecordOf } from '#libs/formats/wrappers/otlp.js';
import { logRecordsIn, requestOfOne } from '#libs/formats/wrappers/otlp-records.js';
import { accepted } from '#libs/runtime/outcome.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { Answer, Route } from '../receive/receiver.js';
import type { Taker } from '../receive/taker.js';
import { fatesOf, type Found, tookAny, unread } from './fates.js';
import { partialSuccess, statusMessage } from './otlp-answers.js';

const protobuf = 'application/x-protobuf';
const json = 'application/json';

/**
 * `POST /v1/logs` of OTLP over HTTP, one route for each of its two encodings. Log records stand for themselves: what is refused is counted in
 * `partialSuccess`, which no exporter sends again. Where none is taken the request is 400, which none sends again either.
 */
export function otlpLogsRoute(encoding: 'json' | 'protobuf', taker: () => Taker, now: () => number): Route {
  return {
    mediaTypes: () => [encoding === 'json' ? json : protobuf],
    refusal: ({ status, message }) => statusOf(encoding, codeOfStatus[status] ?? 3, message),
    answer: async (body, source) => {
      const records = recordsIn(requestOf(encoding, body), now());
      const fates = await fatesOf(records, source, taker());
      const refused = fates.flatMap((fate) => (fate.taken ? [] : [fate.field ? `${fate.field}: ${fate.reason}` : fate.reason]));
      const told = refused.length ? `${refused.length} log record(s) were refused, the first because: ${refused[0] ?? ''}` : '';
      if (fates.length && !tookAny(fates)) return { status: 400, ...statusOf(encoding, 3, told) };
      const partial = refused.length
        ? { partialSuccess: { rejectedLogRecords: String(refused.length), errorMessage: told } }
        : {};
      return encoding === 'json'
        ? { status: 200, body: partial }
        : { status: 200, mediaType: protobuf, body: refused.length ? partialSuccess(refused.length, told) : new Uint8Array() };
    },
  };
}

/** Codes of `google.rpc.Status`. */
const codeOfStatus: Readonly<Record<number, number>> = { 401: 16, 403: 7, 408: 4, 413: 8, 429: 8, 503: 14 };

function statusOf(encoding: 'json' | 'protobuf', code: number, message: string): Pick<Answer, 'body' | 'mediaType'> {
  return encoding === 'json' ? { body: { code, message } } : { body: statusMessage(code, message), mediaType: protobuf };
}

function requestOf(encoding: 'json' | 'protobuf', body: Buffer): unknown {
  const read =
    encoding === 'json'
      ? parseItem(body, firstByte(body), body.length, { bytesMax: Infinity, nodesMax: limits.bundleNodesMax })
      : decodeMessage(body, exportLogsRequest);
  if (read.kind === 'accepted') return read.value;
  throw new HttpRefusal(read.reason.startsWith('too_') ? 413 : 400, read.detail);
}

/** Each log record for itself; the line in it where it is nothing else. */
function* recordsIn(request: unknown, receivedMs: number): Generator<Found> {
  let last: unknown;
  let outer: Envelope | undefined;
  for (const one of logRecordsIn(request)) {
    if (!outer || one.resource !== last) outer = envelopeOfResource(one.resource, receivedMs);
    last = one.resource;
    yield unread(ownRecordOf(one.record, outer), () =>
      accepted({ kind: 'json', value: requestOfOne(one), envelope: { receivedMs } }),
    );
  }
}
