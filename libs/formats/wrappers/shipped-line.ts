import { isUtf8 } from 'node:buffer';
import type { Wrapper } from '../input-format.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { innerPayload, type Payload } from '../payload.js';
import { textOfValue } from '../record/record.js';
import { epochMs, timeOfValue } from '../record/time.js';
import { carriesRecord, objectIn, within } from './message.js';

/** Where engines of containers, log drivers, shippers and bridges to Kafka put what they read. */
const lines: readonly string[] = ['log', 'line', 'message', 'msg', 'Message', 'raw_event', 'value'];
const times: readonly string[] = [
  'time',
  'timestamp',
  'date',
  'timereported',
  'EventTime',
  'timegenerated',
  'EventReceivedTime',
  'asctime',
  'ts',
];
const hosts: readonly string[] = ['host', 'hostname', 'Hostname', 'fromhost'];
const programs: readonly string[] = ['container_name', 'appname', 'programname', 'SYSLOG_IDENTIFIER', 'SourceName'];
/** What layouts of loggers in Java, Node and Python write around a message. */
const loggerNames: readonly string[] = [
  'logger', 'loggerName', 'logger_name', 'loggerFqcn', 'thread', 'threadName', 'thread_name', 'threadId', 'threadPriority', 'levelname', 'level_value', 'instant',
  'endOfBatch', 'sequenceNumber', 'nanoseconds', 'mdc', 'context', 'contextMap', 'name', 'pid', 'v', '@version',
]; // prettier-ignore
/** What stands beside it, and says nothing of an access. */
const beside: ReadonlySet<string> = new Set([
  ...times, ...hosts, ...programs, ...loggerNames, 'stream', 'logtag', '_p', 'tag', 'source', 'attrs', 'container_id', 'docker', 'docker_id', 'kubernetes', 'filename', 'filePath',
  'file', 'partial_message', 'source_type', 'sourcetype', 'port', 'facility', 'severity', 'level', 'procid', 'msgid', 'version', 'syslogtag', 'fromhost-ip', 'pri',
  'priority', 'SourceModuleName', 'SourceModuleType', 'Severity', 'SeverityValue', 'MessageSourceAddress', 'key', 'partition', 'offset', 'topic', 'headers', 'streams', '_id',
]); // prettier-ignore
/** Every field of systemd's journal is named so, and every macro of syslog-ng. */
const journalName = /^_{0,2}[A-Z][A-Z0-9_]*$/;

/**
 * A line as a shipper, a container engine or systemd's journal hands it on: the record is in `log`, `line`, `message`, `msg`, `value` or `MESSAGE`, where that is a record
 * and what stands beside it says nothing of an access. The node of a cluster is none of a clinic's, since clusters put programs where there is room.
 */
export const shippedLineWrapper: Wrapper = {
  name: 'shipped-line',
  kind: 'json',
  recognises: (payload) => lineIn(payload) !== undefined,
  *unwrap(payload, { zone }) {
    const record = objectIn(payload) ?? {};
    const { receivedMs } = payload.envelope;
    const micros = Number(textOfValue(record['_SOURCE_REALTIME_TIMESTAMP'] ?? record['__REALTIME_TIMESTAMP']) ?? Number.NaN);
    const written = timeOfValue(firstOf(record, times), { zone, receivedMs });
    const timeMs = epochMs(Math.floor(micros / 1000)) ?? (typeof written === 'number' ? written : undefined);
    const [host, application] = [textOfValue(firstOf(record, hosts)), programIn(record)];
    const said = { ...(timeMs !== undefined && { timeMs }), ...(host && { host }), ...(application && { application }) };
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
  const isRecord = isObject(line) || (typeof line === 'string' && carriesRecord(line));
  return isRecord && Object.keys(record).every((key) => key === name || beside.has(key) || key.startsWith('gl2_'))
    ? line
    : undefined;
}

function messageOfJournal(record: JsonObject): string | undefined {
  const message = textOfJournal(record['MESSAGE']);
  if (message === undefined || !carriesRecord(message)) return undefined;
  return Object.keys(record).every((key) => journalName.test(key) || beside.has(key)) ? message : undefined;
}

/** What is not plain text throughout, the journal tells by its bytes. */
function textOfJournal(message: unknown): string | undefined {
  if (typeof message === 'string') return message;
  const isBytes = Array.isArray(message) && message.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256);
  const bytes = isBytes ? Buffer.from(message) : undefined;
  return bytes && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function programIn(record: JsonObject): string | undefined {
  const { kubernetes } = record;
  const named = isObject(kubernetes) ? textOfValue(kubernetes['container_name']) : undefined;
  return named ?? textOfValue(firstOf(record, programs));
}

function firstOf(record: JsonObject, names: readonly string[]): unknown {
  const name = names.find((one) => Object.hasOwn(record, one));
  return name === undefined ? undefined : record[name];
}
