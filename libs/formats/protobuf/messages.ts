import type { Field, Message } from './decode.js';

function message(...fields: readonly (readonly [number, string, Field['kind'], 'repeated'?])[]): Message {
  return new Map(fields.map(([number, name, kind, repeated]) => [number, { name, kind, ...(repeated && { repeated: true }) }]));
}

const keyValue: Message = message([1, 'key', 'string'], [2, 'value', () => anyValue]);
const anyValue: Message = message(
  [1, 'stringValue', 'string'],
  [2, 'boolValue', 'bool'],
  [3, 'intValue', 'int64'],
  [4, 'doubleValue', 'double'],
  [5, 'arrayValue', message([1, 'values', () => anyValue, 'repeated'])],
  [6, 'kvlistValue', message([1, 'values', keyValue, 'repeated'])],
  [7, 'bytesValue', 'bytes'],
);
const scope = message([1, 'name', 'string'], [2, 'version', 'string'], [3, 'attributes', keyValue, 'repeated']);
const logRecord = message(
  [1, 'timeUnixNano', 'fixed64'],
  [2, 'severityNumber', 'int32'],
  [3, 'severityText', 'string'],
  [5, 'body', anyValue],
  [6, 'attributes', keyValue, 'repeated'],
  [8, 'flags', 'fixed32'],
  [9, 'traceId', 'hex'],
  [10, 'spanId', 'hex'],
  [11, 'observedTimeUnixNano', 'fixed64'],
  [12, 'eventName', 'string'],
);
const scopeLogs = message([1, 'scope', scope], [2, 'logRecords', logRecord, 'repeated']);
const resourceLogs = message(
  [1, 'resource', message([1, 'attributes', keyValue, 'repeated'])],
  [2, 'scopeLogs', scopeLogs, 'repeated'],
);

/** `ExportLogsServiceRequest` of opentelemetry-proto 1.x; decoded, it has the form of OTLP's JSON. */
export const exportLogsRequest: Message = message([1, 'resourceLogs', resourceLogs, 'repeated']);

const timestamp = message([1, 'seconds', 'int64'], [2, 'nanos', 'int32']);
const labelPair = message([1, 'name', 'string'], [2, 'value', 'string']);
const entry = message([1, 'timestamp', timestamp], [2, 'line', 'string'], [3, 'structuredMetadata', labelPair, 'repeated']);

/** `PushRequest` of Loki's `push.proto`. */
export const lokiPushRequest: Message = message([
  1,
  'streams',
  message([1, 'labels', 'string'], [2, 'entries', entry, 'repeated']),
  'repeated',
]);
