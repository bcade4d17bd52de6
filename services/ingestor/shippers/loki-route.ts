import { listOf } from '#libs/formats/fhir/elements.js';
import { firstByte } from '#libs/formats/json/items.js';
import { isObject, type JsonObject, parseItem } from '#libs/formats/json/parse-item.js';
import { limits } from '#libs/formats/limits.js';
import { decodeMessage } from '#libs/formats/protobuf/decode.js';
import { lokiPushRequest } from '#libs/formats/protobuf/messages.js';
import { envelopeOfStream, ownValueOf } from '#libs/formats/wrappers/loki.js';
import { type Accepted, accepted, type Rejected } from '#libs/runtime/outcome.js';
import { announcedLength, unpackSnappy } from '#libs/runtime/unpack/snappy.js';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { Asked, Route } from '../receive/receiver.js';
import type { Taker } from '../receive/taker.js';
import { fatesOf, type Found, tookAny, unread, whyOf } from './fates.js';

export interface LokiTools {
  readonly taker: () => Taker;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Bytes of a body after decompression. */
  readonly inflatedBytesMax: number;
}

/** `POST /loki/api/v1/push`: JSON, or protobuf in snappy as Promtail and Alloy send it. 204 as soon as one line was taken. */
export function lokiPushRoute(tools: LokiTools): Route {
  return {
    refusal: ({ message }) => ({ body: `${message}\n`, mediaType: 'text/plain; charset=utf-8' }),
    answer: async (body, source, asked) => {
      const isJson = /\bjson\b/i.test(asked.headers['content-type'] ?? '');
      const request = isJson ? jsonOf(body) : lokiJson(protobufOf(body, tools, asked));
      const fates = await fatesOf(linesIn(request, tools.now()), source, tools.taker());
      if (fates.length && !tookAny(fates))
        throw new HttpRefusal(400, `none of the ${fates.length} line(s) was taken: ${whyOf(fates)}`);
      return { status: 204 };
    },
  };
}

function jsonOf(body: Buffer): unknown {
  const read = parseItem(body, firstByte(body), body.length, { bytesMax: Infinity, nodesMax: limits.bundleNodesMax });
  return valueOf(read);
}

function protobufOf(body: Buffer, { inflatedBytesMax }: LokiTools, { takeMemory }: Asked): JsonObject {
  try {
    takeMemory(Math.min(announcedLength(body), inflatedBytesMax));
    return valueOf(decodeMessage(unpackSnappy(body, inflatedBytesMax), lokiPushRequest));
  } catch (cause) {
    if (!(cause instanceof UnpackError)) throw cause;
    throw new HttpRefusal(cause.reason === 'too_large' ? 413 : 400, `the body cannot be unpacked: ${cause.message}`);
  }
}

function valueOf<T>(read: Accepted<T> | Rejected): T {
  if (read.kind === 'accepted') return read.value;
  throw new HttpRefusal(read.reason.startsWith('too_') ? 413 : 400, read.detail);
}

/** The protobuf message as Loki's JSON. */
function lokiJson(request: JsonObject): object {
  const streams = listOf(request['streams']).map(({ labels, entries }) => ({ labels, values: listOf(entries).map(valuesOf) }));
  return { streams };
}

function valuesOf({ timestamp, line, structuredMetadata }: JsonObject): readonly unknown[] {
  const { seconds = '0', nanos = 0 } = isObject(timestamp) ? timestamp : {};
  const time =
    typeof seconds === 'string' && typeof nanos === 'number' ? String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos)) : '';
  const metadata = listOf(structuredMetadata).map(({ name, value }): [string, unknown] => [String(name), value]);
  return [time, line ?? '', Object.fromEntries(metadata.filter(([name]) => name !== '__proto__'))];
}

/** Each line as a request of its own, with the labels of its stream. */
function* linesIn(request: unknown, receivedMs: number): Generator<Found> {
  for (const { values, entries, ...labels } of listOf(isObject(request) ? request['streams'] : undefined)) {
    const outer = envelopeOfStream(labels, receivedMs);
    const record = (part: JsonObject) => () =>
      accepted({ kind: 'json', value: { streams: [{ ...labels, ...part }] }, envelope: { receivedMs } } as const);
    for (const value of Array.isArray(values) ? values : []) yield unread(ownValueOf(value, outer), record({ values: [value] }));
    for (const entry of listOf(entries)) yield record({ entries: [entry] })();
  }
}
