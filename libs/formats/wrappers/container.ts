import type { Wrapper } from '../input-format.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { innerPayload, type Payload } from '../payload.js';
import { textOfValue } from '../record/record.js';
import { epochMs, timeOfValue } from '../record/time.js';
import { isStructured, objectIn, within } from './message.js';

/** Where a container engine or one of its log drivers puts a line. */
const lines: readonly string[] = ['log', 'line'];
/** What stands beside it, by the engine, its drivers and the shippers that read its files. */
const beside: readonly string[] = [
  'stream', 'time', 'date', 'logtag', '_p', 'tag', 'source', 'attrs', 'container_id', 'container_name', 'docker', 'docker_id', 'kubernetes', 'filename',
  'file', 'host', 'hostname', 'partial_message',
]; // prettier-ignore
/** Every field of systemd's journal is named so. */
const journalName = /^_{0,2}[A-Z][A-Z0-9_]*$/;

/**
 * A line as a container engine, or systemd's journal, writes it down: the record is in `log`, `line` or `MESSAGE`, where that is a record and what stands
 * beside it says nothing of an access. The machine is none of a clinic's: clusters put programs where there is room.
 */
export const containerWrapper: Wrapper = {
  name: 'container',
  kind: 'json',
  recognises: (payload) => lineIn(payload) !== undefined,
  *unwrap(payload, { zone }) {
    const record = objectIn(payload) ?? {};
    const { receivedMs } = payload.envelope;
    const micros = Number(textOfValue(record['_SOURCE_REALTIME_TIMESTAMP'] ?? record['__REALTIME_TIMESTAMP']) ?? Number.NaN);
    const written = timeOfValue(record['time'] ?? record['date'], { zone, receivedMs });
    const timeMs = epochMs(Math.floor(micros / 1000)) ?? (typeof written === 'number' ? written : undefined);
    const application = programIn(record);
    const said = { ...(timeMs !== undefined && { timeMs }), ...(application !== undefined && { application }) };
    yield innerPayload(lineIn(payload), within(payload.envelope, said));
  },
};

/** The record that a line is; undefined for a sentence, and for what has fields of its own beside. */
function lineIn(payload: Payload): unknown {
  const record = objectIn(payload);
  if (!record) return undefined;
  const name = lines.find((one) => Object.hasOwn(record, one));
  if (name === undefined) return messageOfJournal(record);
  const line = record[name];
  const isRecord = isObject(line) || (typeof line === 'string' && isStructured(line));
  return isRecord && Object.keys(record).every((key) => key === name || beside.includes(key)) ? line : undefined;
}

function messageOfJournal(record: JsonObject): string | undefined {
  const message = record['MESSAGE'];
  if (typeof message !== 'string' || !isStructured(message)) return undefined;
  return Object.keys(record).every((key) => journalName.test(key) || beside.includes(key)) ? message : undefined;
}

function programIn({ kubernetes, SYSLOG_IDENTIFIER: unit, container_name: container }: JsonObject): string | undefined {
  const named = isObject(kubernetes) ? textOfValue(kubernetes['container_name']) : undefined;
  return named ?? textOfValue(container) ?? textOfValue(unit);
}
