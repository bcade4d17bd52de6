import { rejected } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { type Envelope, innerPayload, type Payload } from '../payload.js';
import { textOfValue } from '../record/record.js';
import { epochMs } from '../record/time.js';
import { type OwnLine, ownLineOf } from '../vigie/line.js';
import { carriesRecord, objectIn, within } from './message.js';

const names: readonly string[] = ['event', 'time', 'host', 'source', 'sourcetype', 'index', 'fields', 'channel'];

/** What Splunk's own logging libraries put around a message. */
const loggerNames: readonly string[] = ['message', 'severity', 'logger', 'thread', 'exception', 'properties'];

/**
 * Splunk's HTTP Event Collector: `event` is a record as text or as an object; `time` in seconds, number or text, and where it is not given
 * the time of arrival, as Splunk takes it. `fields` go with the record. What Splunk's logging libraries make of a message is passed through to the message.
 */
export const hecWrapper: Wrapper = {
  name: 'hec',
  kind: 'json',
  recognises: (payload) => {
    const record = objectIn(payload);
    if (!record || !Object.hasOwn(record, 'event')) return false;
    return Object.keys(record).every((name) => names.includes(name)) || Object.hasOwn(record, 'sourcetype');
  },
  *unwrap(payload) {
    const record = objectIn(payload) ?? {};
    const { event, fields } = record;
    if (!isObject(event) && !Array.isArray(event) && !(typeof event === 'string' && event.trim()))
      return yield rejected('missing_field', 'event', 'event must be a record: a JSON object, or text in one of the formats');
    const said = saidBy(record, payload.envelope);
    if (!said) return yield rejected('bad_time', 'time', 'time must be seconds since 1970, as a number or as text');
    yield innerPayload(messageIn(event), within(payload.envelope, isObject(fields) ? { ...said, fields } : said));
  },
};

/**
 * The line in an event, where it is nothing else: what `hecWrapper` would find there. An event that came as an object is
 * written as one.
 */
export function ownEventOf(payload: Payload): OwnLine | undefined {
  const record = objectIn(payload);
  // With other names beside these it may be something else that is looked for earlier.
  if (!record || !Object.keys(record).every((name) => names.includes(name))) return undefined;
  const { event } = record;
  const said = saidBy(record, payload.envelope);
  if (!said) return undefined;
  const envelope = { ...payload.envelope, ...said };
  if (typeof event === 'string') return ownLineOf(event, 0, event.length, envelope);
  if (!isObject(event)) return undefined;
  const line = JSON.stringify(event);
  return ownLineOf(line, 0, line.length, envelope);
}

/** What an event says beside its record; undefined where its time cannot be read. */
export function saidBy(
  { time, host, source, sourcetype }: JsonObject,
  { timeMs, receivedMs }: Envelope,
): Partial<Envelope> | undefined {
  const seconds = Number(textOfValue(time) ?? Number.NaN);
  if (textOfValue(time) !== undefined && epochMs(seconds) === undefined) return undefined;
  const sender = textOfValue(host);
  const application = textOfValue(source) ?? textOfValue(sourcetype);
  return {
    timeMs: epochMs(seconds) ?? timeMs ?? receivedMs,
    ...(sender && { host: sender }),
    ...(application && { application }),
  };
}

/** The record in an event: itself, or what a logging library was given as its message. */
function messageIn(event: unknown): unknown {
  if (!isObject(event) || !Object.keys(event).every((name) => loggerNames.includes(name))) return event;
  const { message } = event;
  return isObject(message) || (typeof message === 'string' && carriesRecord(message)) ? message : event;
}
