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

/** The tag of `resource_logs`, and those with which a `ResourceLogs` begins: all are fields that say their length. */
const resourceLogsTag = 0x0a;
const innerTags: readonly number[] = [0x0a, 0x12, 0x1a];
/** Bytes in which a number of protobuf says how long a field is, at most. */
const lengthBytesMax = 5;

/**
 * Whether bytes are an `ExportLogsServiceRequest` in protobuf: nothing but `resource_logs`, the last of which ends with the bytes. Its first byte is a line
 * end, but no text goes on with a length that fits and a tag that protobuf has there.
 */
export function isOtlpProtobuf(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== resourceLogsTag) return false;
    let length = 0;
    let read = 1;
    for (; read <= lengthBytesMax; read += 1) {
      const byte = bytes[at + read] ?? 0;
      length += (byte & 0x7f) * 128 ** (read - 1);
      if (byte < 0x80) break;
    }
    const start = at + read + 1;
    if (length === 0 || start + length > bytes.length || !innerTags.includes(bytes[start] ?? 0)) return false;
    at = start + length;
  }
  return at > 0;
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
