import { type Accepted, accepted, type Rejected } from '#libs/runtime/outcome.js';
import { listOf } from '../fhir/elements.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import type { Envelope, Payload } from '../payload.js';
import { decodeMessage } from '../protobuf/decode.js';
import { exportLogsRequest } from '../protobuf/messages.js';

/** A log record with its resource and its scope. */
export interface LogRecord {
  readonly resource: JsonObject[string];
  readonly scope: JsonObject[string];
  readonly record: JsonObject;
}

/** The log records of an `ExportLogsServiceRequest`. */
export function* logRecordsIn(request: unknown): Generator<LogRecord> {
  for (const { scopeLogs, resource } of listOf(partOf(request, 'resourceLogs')))
    for (const { logRecords, scope } of listOf(scopeLogs))
      for (const record of listOf(logRecords)) yield { resource, scope, record };
}

/** The `ExportLogsServiceRequest` of one record. */
export function requestOfOne({ resource, scope, record }: LogRecord): JsonObject {
  return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] };
}

/** Each log record of an `ExportLogsServiceRequest` as a request of its own, with its resource and its scope. */
export function* otlpRecords(request: unknown, envelope: Envelope): Generator<Accepted<Payload> | Rejected> {
  for (const one of logRecordsIn(request)) yield accepted({ kind: 'json', value: requestOfOne(one), envelope });
}

/** The fields of a message of which all say their length, by their tags in protobuf, with the message that is in them where it is looked into. */
type Fields = ReadonlyMap<number, Fields | undefined>;

const scopeLogs: Fields = new Map([0x0a, 0x12, 0x1a].map((tag) => [tag, undefined]));
const resourceLogs: Fields = new Map([
  [0x0a, undefined],
  [0x12, scopeLogs],
  [0x1a, undefined],
]);
const request: Fields = new Map([[0x0a, resourceLogs]]);

/** Bytes in which a number of protobuf says how long a field is, at most. */
const lengthBytesMax = 5;

/**
 * Whether bytes are an `ExportLogsServiceRequest` in protobuf: nothing but `resource_logs`, in them nothing but resource, scopes and address of a schema, and
 * so in these, each ending where its message does. The first byte is a line end, but no text goes on with lengths that fit three times over.
 */
export function isOtlpProtobuf(bytes: Uint8Array): boolean {
  return bytes.length > 0 && fits(bytes, 0, bytes.length, request);
}

function fits(bytes: Uint8Array, from: number, until: number, fields: Fields): boolean {
  let at = from;
  while (at < until) {
    const tag = bytes[at] ?? 0;
    if (!fields.has(tag)) return false;
    let length = 0;
    let read = 1;
    for (; read <= lengthBytesMax; read += 1) {
      const byte = bytes[at + read] ?? 0;
      length += (byte & 0x7f) * 128 ** (read - 1);
      if (byte < 0x80) break;
    }
    const start = at + read + 1;
    const inside = fields.get(tag);
    if (start + length > until || (inside === resourceLogs && length === 0)) return false;
    if (inside && !fits(bytes, start, start + length, inside)) return false;
    at = start + length;
  }
  return true;
}

/** The log records of a request that `isOtlpProtobuf` knows, or why it cannot be read. */
export function* otlpProtobufRecords(bytes: Uint8Array, envelope: Envelope): Generator<Accepted<Payload> | Rejected> {
  const request = decodeMessage(bytes, exportLogsRequest);
  if (request.kind === 'rejected') yield request;
  else yield* otlpRecords(request.value, envelope);
}

function partOf(value: unknown, name: string): JsonObject[string] {
  return isObject(value) ? value[name] : undefined;
}
