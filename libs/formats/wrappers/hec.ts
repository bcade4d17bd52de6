import { rejected } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { isObject } from '../json/parse-item.js';
import { innerPayload } from '../payload.js';
import { textOfValue } from '../record/record.js';
import { epochMs } from '../record/time.js';
import { isStructured, objectIn, within } from './message.js';

const names: readonly string[] = ['event', 'time', 'host', 'source', 'sourcetype', 'index', 'fields', 'channel'];

/** What Splunk's own logging libraries put around a message. */
const loggerNames: readonly string[] = ['message', 'severity', 'logger', 'thread', 'exception', 'properties'];

/**
 * Splunk's HTTP Event Collector: `event` is a record as text or as an object; `time` in seconds, number or text, and where it is not given
 * the time of arrival, as Splunk takes it. `fields` go with the record. What Splunk's logging libraries make of a message is passed through to the message.
 */
export const hecWrapper: Wrapper = {
  name: 'hec',
  recognises: (payload) => {
    const record = objectIn(payload);
    if (!record || !Object.hasOwn(record, 'event')) return false;
    return Object.keys(record).every((name) => names.includes(name)) || Object.hasOwn(record, 'sourcetype');
  },
  *unwrap(payload) {
    const { event, time, host, source, sourcetype, fields } = objectIn(payload) ?? {};
    if (!isObject(event) && !Array.isArray(event) && !(typeof event === 'string' && event.trim()))
      return yield rejected('missing_field', 'event', 'event must be a record: a JSON object, or text in one of the formats');
    const seconds = Number(textOfValue(time) ?? Number.NaN);
    if (textOfValue(time) !== undefined && epochMs(seconds) === undefined)
      return yield rejected('bad_time', 'time', 'time must be seconds since 1970, as a number or as text');
    const sender = textOfValue(host);
    const application = textOfValue(source) ?? textOfValue(sourcetype);
    const timeMs = epochMs(seconds) ?? payload.envelope.timeMs ?? payload.envelope.receivedMs;
    const said = { timeMs, ...(sender && { host: sender }), ...(application && { application }) };
    yield innerPayload(messageIn(event), within(payload.envelope, isObject(fields) ? { ...said, fields } : said));
  },
};

/** The record in an event: itself, or what a logging library was given as its message. */
function messageIn(event: unknown): unknown {
  if (!isObject(event) || !Object.keys(event).every((name) => loggerNames.includes(name))) return event;
  const { message } = event;
  return isObject(message) || (typeof message === 'string' && isStructured(message)) ? message : event;
}
