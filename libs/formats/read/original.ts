import { z } from 'zod';
import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { DecodedItem } from '../decoded-item.js';
import type { Reading } from '../input-format.js';
import { isObject, parseItem } from '../json/parse-item.js';
import type { Envelope, Original, Payload, RawBytes } from '../payload.js';
import { limits } from '../limits.js';
import { knownFields } from '../vigie/parse-event.js';
import { isOtlpProtobuf, otlpProtobufRecords } from '../wrappers/otlp-records.js';
import { bodyInUtf8 } from './as-utf8.js';
import { readPayload, refused } from './read-payload.js';
import { isTable, payloadsOf, textOf } from './records.js';

const envelope = z.strictObject({
  receivedMs: z.number(),
  timeMs: z.number().optional(),
  host: z.string().optional(),
  sourceIp: z.string().optional(),
  application: z.string().optional(),
  format: z.string().optional(),
  groupId: z.string().optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
});
const original = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('json'), text: z.string(), envelope, isRow: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('text'), text: z.string(), envelope }),
  z.strictObject({ kind: z.literal('bytes'), bytes: z.base64(), envelope, isBody: z.boolean().optional() }),
]);

/** Keys of a record that are shown by name. */
const keysShownMax = 40;

/** A record as a line of JSON that `originalOf` reads. Undefined for one that JSON cannot say. Clear patient identifiers are in it. */
export function originalText(given: Original): string | undefined {
  try {
    if (given.kind === 'bytes') return JSON.stringify({ ...given, bytes: Buffer.from(given.bytes).toString('base64') });
    if (given.kind === 'text') return JSON.stringify(given);
    const { kind, value, isRow } = given;
    return JSON.stringify({ kind, text: JSON.stringify(value), envelope: given.envelope, ...(isRow && { isRow }) });
  } catch {
    return undefined;
  }
}

/**
 * A record that `originalText` wrote, as it came, under the limits of a record that comes anew: `nowMs` is the latest time of receipt that is
 * believed. Rejected without a word of it.
 */
export function originalOf(bytes: Uint8Array, nowMs: number): Accepted<Original> | Rejected {
  const line = parseItem(bytes, 0, bytes.length);
  if (line.kind === 'rejected') return line;
  const read = original.safeParse(line.value);
  if (!read.success) return rejected('not_a_record', '', 'this is no record as the quarantine keeps them');
  const { data } = read;
  const came = { ...data.envelope, receivedMs: Math.min(data.envelope.receivedMs, nowMs) } as Envelope;
  if (data.kind === 'bytes') return accepted({ ...data, bytes: Buffer.from(data.bytes, 'base64'), envelope: came });
  if (data.kind === 'text') return accepted({ ...data, envelope: came });
  const text = Buffer.from(data.text);
  const value = parseItem(text, 0, text.length);
  if (value.kind === 'rejected') return value;
  return accepted({ kind: 'json', value: value.value, envelope: came, ...(data.isRow && { isRow: true }) });
}

/** The events of a record that was kept, by the source's configuration of today. */
export function* readOriginal(given: Original, reading: Reading): Generator<DecodedItem> {
  if (given.kind === 'bytes' && given.isBody) return yield* readBody(given, reading);
  const payload = given.kind === 'bytes' ? textOf(given.bytes, given.envelope, reading.charset) : accepted(given);
  if (payload.kind === 'rejected') yield refused(payload, given);
  else yield* readPayload(payload.value, reading);
}

function* readBody(given: RawBytes, reading: Reading): Generator<DecodedItem> {
  /** Once, so that a body with a thousand broken records is not kept a thousand times. */
  let whole: Original | undefined = given;
  let count = 0;
  for (const payload of bodyPayloads(given, reading)) {
    count += 1;
    if (count > bodyRecordsMax) return yield refused(tooManyRecords, whole);
    if (payload.kind === 'accepted') yield* readPayload(payload.value, reading);
    else {
      yield refused(payload, whole);
      whole = undefined;
    }
  }
  if (count === 0 && isTable(bodyInUtf8(given.bytes), reading)) yield refused(withoutRows, given);
}

function bodyPayloads({ bytes, envelope }: RawBytes, reading: Reading): Generator<Accepted<Payload> | Rejected> {
  return isOtlpProtobuf(bytes) ? otlpProtobufRecords(bytes, envelope) : payloadsOf(bytes, envelope, reading);
}

/** Records of one body, each of which may be a row of the quarantine however short it is: the nodes that one of JSON may have. */
const bodyRecordsMax = limits.nodesMax;
const tooManyRecords = rejected(
  'too_many_records',
  '',
  `one body may hold ${bodyRecordsMax} records, and what is behind them was left; send less in one`,
);

/** A row that came without its heading looks so, and would be gone without a word. */
const withoutRows = rejected(
  'no_rows',
  '',
  'this is the heading of a table without a row; send rows under their heading, or JSON',
);

/**
 * What may be shown of a record that nobody could read: its kind and length, and of its keys those that Vigie knows, each with what stands
 * there: `text 24` is 24 characters. Keys that it does not know may be identifiers themselves, and are counted.
 */
export function structureOf(given: Original): string {
  if (given.kind === 'bytes') return JSON.stringify({ bytes: given.bytes.length });
  if (given.kind === 'text') return JSON.stringify({ text: given.text.length });
  if (!isObject(given.value)) return JSON.stringify({ json: shapeOf(given.value) });
  const keys = Object.entries(given.value);
  const known = keys.filter(([key]) => knownFields.has(key)).slice(0, keysShownMax);
  const others = keys.length - known.length;
  const shown = Object.fromEntries(known.map(([key, value]) => [key, shapeOf(value)]));
  return JSON.stringify({ json: { ...shown, ...(others && { '***': `${others} other keys` }) } });
}

function shapeOf(value: unknown): string {
  if (typeof value === 'string') return `text ${value.length}`;
  if (Array.isArray(value)) return `list ${value.length}`;
  return isObject(value) ? `object ${Object.keys(value).length}` : value === null ? 'null' : typeof value;
}
