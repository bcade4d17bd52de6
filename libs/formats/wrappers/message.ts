// wrappers/: what shippers put around records: their names of time, host and sender become the envelope of what is inside.
// They look at no more of a record than tells which kind of thing it is.

import { accepted, type Accepted, type Rejected } from '#libs/runtime/outcome.js';
import { textBeginsJson } from '../json/items.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { type Envelope, innerPayload, objectBehindWords, type Payload } from '../payload.js';

/** Names of fields that one wrapper adds at most to those of the wrapper around it. */
const fieldsMax = 256;

/** Characters in which a text shows its format. */
const lookMax = 512;

/**
 * Whether a text is a record itself and not a sentence about one: JSON, XML, CEF, LEEF, CEE, a table, or pairs such as `user="amartin"`.
 */
export function isStructured(text: string): boolean {
  const begin = text.slice(0, lookMax);
  return textBeginsJson(begin) || /^\s*<|CEF:\s?\d|LEEF:\s?\d|@cee:/.test(begin) || /\b\w+="[^"]*"[\s,;]+\w+="/.test(begin);
}

/** Whether a line is a record, or ends with one behind what a logger has put before it. */
export function carriesRecord(line: string): boolean {
  return isStructured(line) || objectBehindWords(line, { receivedMs: 0 }) !== undefined;
}

/** A record as text, or where that is a sentence only, the fields that the shipper made of it. */
export function recordOf(text: string, fields: JsonObject, envelope: Envelope): Accepted<Payload> | Rejected {
  if (isStructured(text) || Object.keys(fields).length === 0) return innerPayload(text, envelope);
  return accepted({ kind: 'json', value: fields, envelope });
}

/** The envelope with what a wrapper inside it says; what it does not say stays as it was. */
export function within(outer: Envelope, inner: Partial<Omit<Envelope, 'receivedMs'>>): Envelope {
  const said = Object.entries(inner).filter(([, value]) => value !== undefined);
  const fields = Object.entries(inner.fields ?? {}).slice(0, fieldsMax);
  return {
    ...outer,
    ...Object.fromEntries(said),
    ...(fields.length && { fields: { ...outer.fields, ...Object.fromEntries(fields) } }),
  };
}

/** The payload as a JSON object. */
export function objectIn(payload: Payload): JsonObject | undefined {
  return payload.kind === 'json' && isObject(payload.value) ? payload.value : undefined;
}
