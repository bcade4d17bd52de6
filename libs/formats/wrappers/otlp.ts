import { isUtf8 } from 'node:buffer';
import { type Accepted, accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import type { Envelope, Payload } from '../payload.js';
import { textOfValue } from '../record/record.js';
import { epochMs } from '../record/time.js';
import { type OwnLine, ownLineOf } from '../vigie/line.js';
import { objectIn, recordOf, within } from './message.js';
import { attributesOf, part, parts, plainValue } from './otlp-values.js';

/**
 * OpenTelemetry's logs, as OTLP/JSON writes them, in camel or snake case: each log record is one record. Its body is the record, as text or
 * as a map; where the body is a sentence, its attributes are. Attributes of the resource, the scope and the record go with it as fields.
 */
export const otlpWrapper: Wrapper = {
  name: 'otlp',
  kind: 'json',
  recognises: (payload) => Array.isArray(part(objectIn(payload) ?? {}, 'resourceLogs')),
  *unwrap(payload) {
    for (const resourceLogs of parts(objectIn(payload) ?? {}, 'resourceLogs')) {
      const resource = attributesOf(part(objectOr(part(resourceLogs, 'resource')), 'attributes'));
      for (const scopeLogs of [...parts(resourceLogs, 'scopeLogs'), ...parts(resourceLogs, 'instrumentationLibraryLogs')]) {
        const scope = attributesOf(part(objectOr(part(scopeLogs, 'scope')), 'attributes'));
        const outer = within(payload.envelope, { ...saidBy(resource), fields: { ...resource, ...scope } });
        for (const record of [...parts(scopeLogs, 'logRecords'), ...parts(scopeLogs, 'logs')]) yield recordIn(record, outer);
      }
    }
  },
};

/** What the records of a resource have in common, for `ownRecordOf`. */
export function envelopeOfResource(resource: unknown, receivedMs: number): Envelope {
  return within({ receivedMs }, saidBy(attributesOf(part(objectOr(resource), 'attributes'))));
}

/**
 * The line in the body of a log record, where it is nothing else: what `otlpWrapper` would find there. `outer` is what `envelopeOfResource` makes of
 * its resource.
 */
export function ownRecordOf(record: JsonObject, outer: Envelope): OwnLine | undefined {
  const { body, attributes } = record;
  if (!isObject(body)) return undefined;
  const text = body['stringValue'];
  if (typeof text !== 'string' || !text.endsWith('}') || !isOnlyKey(body)) return undefined;
  const isBare = attributes === undefined || (Array.isArray(attributes) && attributes.length === 0);
  return ownLineOf(text, 0, text.length, isBare ? outer : within(outer, saidBy(attributesOf(attributes))));
}

/** A value with more than one key might say something else. */
function isOnlyKey(value: JsonObject): boolean {
  let keys = 0;
  for (const _ in value) keys += 1;
  return keys === 1;
}

function recordIn(record: JsonObject, outer: Envelope): Accepted<Payload> | Rejected {
  const attributes = attributesOf(part(record, 'attributes'));
  const timeMs = timeOf(part(record, 'timeUnixNano')) ?? timeOf(part(record, 'observedTimeUnixNano'));
  const envelope = within(outer, { ...saidBy(attributes), timeMs: timeMs ?? outer.receivedMs, fields: attributes });
  const body = bodyOf(part(record, 'body'));
  if (isObject(body)) return accepted({ kind: 'json', value: body, envelope });
  const text = textOfValue(body);
  if (text === undefined && Object.keys(attributes).length === 0)
    return rejected('missing_field', 'body', 'the log record has neither a body nor attributes');
  return recordOf(text ?? '', attributes, envelope);
}

/** Bytes are a record as somebody read it from a file: text, if they are valid UTF-8. */
function bodyOf(body: unknown): unknown {
  const bytes = isObject(body) ? part(body, 'bytesValue') : undefined;
  const decoded = typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : bytes;
  if (!(decoded instanceof Uint8Array)) return plainValue(body);
  return isUtf8(decoded) ? Buffer.from(decoded).toString('utf8') : undefined;
}

/** Nanoseconds since 1970 as text or number; 0 says that it is not known. */
function timeOf(value: unknown): number | undefined {
  const text = typeof value === 'bigint' ? String(value) : (textOfValue(value) ?? '');
  const ms = /^\d{1,20}$/.test(text) || typeof value === 'number' ? Math.floor(Number(text) / 1e6) : 0;
  return ms > 0 ? epochMs(ms) : undefined;
}

/** What OpenTelemetry's conventions say of the sender. */
function saidBy(attributes: JsonObject): Partial<Omit<Envelope, 'receivedMs'>> {
  const host = textOfValue(attributes['host.name'] ?? attributes['host.id']);
  const sourceIp = textOfValue(attributes['client.address'] ?? attributes['source.address']);
  const application = textOfValue(attributes['service.name']);
  return { ...(host && { host }), ...(sourceIp && { sourceIp }), ...(application && { application }) };
}

function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
