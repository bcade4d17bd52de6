import type { IncomingHttpHeaders } from 'node:http';
import { firstByte } from '#libs/formats/json/items.js';
import { isObject, parseItem } from '#libs/formats/json/parse-item.js';
import { limits } from '#libs/formats/limits.js';
import { payloadsOf } from '#libs/formats/read/records.js';
import { rejected } from '#libs/runtime/outcome.js';
import { unpackBytes } from '#libs/runtime/unpack/unpack-bytes.js';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { Asked, Route } from '../receive/receiver.js';
import type { SendingSource, Taker } from '../receive/taker.js';
import { type Found, fatesOf, tookAny, whyOf } from './fates.js';

export interface FirehoseTools {
  readonly taker: () => Taker;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of all records of a request, unpacked. */
  readonly inflatedBytesMax: number;
}

/**
 * `POST /firehose`: what Amazon Data Firehose hands to an HTTP endpoint, https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html:
 * records in base64, each a body of its own and, as those of CloudWatch Logs are, perhaps packed by gzip. Every answer repeats the id of its request: any
 * other is a failed delivery. Only 200 is a delivery; the rest comes again for as long as the stream is set to, and goes to its bucket then.
 */
export function firehoseRoute(tools: FirehoseTools): Route {
  return {
    refusal: ({ message }, headers) => ({ body: { ...answered(headers, tools.now()), errorMessage: message } }),
    answer: async (body, source, asked) => {
      const fates = await fatesOf(await foundIn(body, source, asked, tools), source, tools.taker());
      if (fates.length && !tookAny(fates))
        throw new HttpRefusal(400, `none of the ${fates.length} record(s) was taken: ${whyOf(fates)}`);
      return { status: 200, body: answered(asked.headers, tools.now()) };
    },
  };
}

function answered(headers: IncomingHttpHeaders, timestamp: number): object {
  const id = headers['x-amz-firehose-request-id'];
  return { ...(typeof id === 'string' && { requestId: id.slice(0, 128) }), timestamp };
}

async function foundIn(
  body: Buffer,
  source: SendingSource,
  { takeMemory }: Asked,
  { now, inflatedBytesMax }: FirehoseTools,
): Promise<readonly Found[]> {
  const envelope = { receivedMs: now() };
  const found: Found[] = [];
  let left = inflatedBytesMax;
  for (const data of dataIn(body)) {
    const bytes = Buffer.from(data, 'base64');
    const unpacked = isGzip(bytes) ? await unpackedOf(bytes, left, takeMemory) : bytes;
    if (unpacked === undefined) {
      found.push(rejected('not_unpackable', 'records.data', 'the gzip of a record is damaged, or cut off'));
      continue;
    }
    if (unpacked !== bytes) left -= unpacked.length;
    for (const payload of payloadsOf(unpacked, envelope, source.reading)) found.push(payload);
  }
  return found;
}

function dataIn(body: Buffer): readonly string[] {
  const read = parseItem(body, firstByte(body), body.length, { bytesMax: Infinity, nodesMax: limits.bundleNodesMax });
  const records = read.kind === 'accepted' && isObject(read.value) ? read.value['records'] : undefined;
  if (!Array.isArray(records)) throw new HttpRefusal(400, 'the body is no request of Firehose: it has no records');
  return records.map((record) => (isObject(record) && typeof record['data'] === 'string' ? record['data'] : ''));
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** How much longer lines are than their packed form, generously; what is longer asks for more. */
const expansion = 16;
const memoryMin = 64 * 1024;

/** Undefined for what is damaged. Throws `HttpRefusal` 413, and 429 or 503 where there is no memory. */
async function unpackedOf(bytes: Buffer, bytesMax: number, takeMemory: Asked['takeMemory']): Promise<Buffer | undefined> {
  let taken = 0;
  for (const wanted of [Math.min(bytesMax, Math.max(memoryMin, expansion * bytes.length)), bytesMax]) {
    takeMemory(wanted - taken);
    taken = wanted;
    try {
      return await unpackBytes('gzip', bytes, wanted);
    } catch (cause) {
      if (!(cause instanceof UnpackError)) throw cause;
      if (cause.reason !== 'too_large') return undefined;
    }
  }
  throw new HttpRefusal(413, 'the records of this request have too many bytes unpacked; let the stream buffer less');
}
