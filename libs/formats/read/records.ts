import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { charsetOf, isCharset } from '../csv/charset.js';
import { rowPayload } from '../csv/rows.js';
import { type CsvRow, TableReader } from '../csv/table-reader.js';
import { csvWrapper } from '../csv/wrapper.js';
import type { DecodedItem } from '../decoded-item.js';
import type { Reading } from '../input-format.js';
import { firstByte, type ItemRange, itemsOf, layoutOf, lineAt } from '../json/items.js';
import { limits } from '../limits.js';
import { type Envelope, type Payload, payloadOf } from '../payload.js';
import { SyslogFramer } from '../syslog/framer.js';
import { readPayload, refused } from './read-payload.js';
import { formats } from './table.js';

/** The events of a body of records in any format, one by one when they are asked for. */
export function* recordsOf(bytes: Uint8Array, envelope: Envelope, reading: Reading): Generator<DecodedItem> {
  for (const payload of payloadsOf(bytes, envelope, reading))
    if (payload.kind === 'rejected') yield refused(payload);
    else yield* readPayload(payload.value, reading);
}

/** The events of one JSON value in a body of them. */
export function* recordOf(bytes: Uint8Array, { start, end }: ItemRange, envelope: Envelope, reading: Reading): Generator<DecodedItem> {
  const payload = payloadOf(bytes.subarray(start, end), envelope);
  if (payload.kind === 'rejected') yield refused(payload);
  else yield* readPayload(payload.value, reading);
} // prettier-ignore

/** Whether a body is JSON as `payloadsOf` tells it: one object, an array or lines. */
export function isJsonBody(bytes: Uint8Array): boolean {
  return isJson(bytes[firstByte(bytes)]);
}

/**
 * The records of a body: JSON as one object, an array or lines; messages of syslog, however they are framed; one XML document; the rows of a
 * table; else every line that is not empty. Told apart by the bytes, because nobody's content types can be trusted.
 */
export function* payloadsOf(bytes: Uint8Array, envelope: Envelope, reading: Reading): Generator<Accepted<Payload> | Rejected> {
  const start = firstByte(bytes);
  if (isJson(bytes[start])) {
    for (const item of itemsOf(bytes, layoutOf(bytes))) yield payloadOf(bytes.subarray(item.start, item.end), envelope);
  } else if (isTable(bytes, reading)) yield* rowsOf(bytes, envelope, reading);
  else if (isSyslog(bytes)) yield* messagesOf(bytes.subarray(start), envelope);
  else if (bytes[start] === lessThan) yield textOf(bytes.subarray(start), envelope);
  else yield* linesOf(bytes, start, envelope);
}

const lessThan = 0x3c;
/** Bytes in which a body shows what it is. */
const headBytes = 16 * 1024;

function isJson(byte: number | undefined): boolean {
  return byte === 0x7b || byte === 0x5b;
}

/** Whether a body that begins so is a table: by its heading, or because its source's records have columns and its first line is no record. */
export function isTable(head: Uint8Array, reading: Reading): boolean {
  const start = firstByte(head);
  if (start === head.length || isJson(head[start]) || isSyslog(head) || head[start] === lessThan) return false;
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const text = Buffer.from(head.subarray(start, start + headBytes)).toString('latin1');
  if (isUtf16 || csvWrapper.recognises({ kind: 'text', text, envelope: { receivedMs: 0 } })) return true;
  return reading.columns !== undefined && !isRecord(text, reading);
}

/** Whether the first line is a record of its own, such as one of CEF, of which columns may name labels. */
function isRecord(text: string, reading: Reading): boolean {
  const [line = ''] = text.split('\n', 1);
  const payload: Payload = { kind: 'text', text: line, envelope: { receivedMs: 0 } };
  return formats.some(({ name, recognises }) => name === (reading.format ?? name) && recognises(payload, reading));
}

/** Whether a body begins with the priority of a syslog message, or with the count in front of one. */
export function isSyslog(head: Uint8Array): boolean {
  const start = firstByte(head);
  return /^(?:[1-9]\d{0,6} )?<\d{1,3}>/.test(Buffer.from(head.subarray(start, start + 16)).toString('latin1'));
}

/** Whether a body that begins so, and is no table and no syslog, has one record a line. */
export function isLines(head: Uint8Array): boolean {
  const byte = head[firstByte(head)];
  return isJson(byte) ? layoutOf(head) === 'lines' : byte !== lessThan;
}

function* rowsOf(bytes: Uint8Array, envelope: Envelope, { charset: name }: Reading): Generator<Accepted<Payload> | Rejected> {
  if (name !== undefined && !isCharset(name)) return yield rejected('unknown_charset', 'charset', 'the character set of the source is not known');
  const charset = charsetOf(bytes, name);
  const table = new TableReader(charset);
  const rows = function* (): Generator<CsvRow> {
    for (let at = 0; at < bytes.length; at += headBytes) yield* table.take(charset.take(bytes.subarray(at, at + headBytes)));
    yield* table.take(charset.end());
    yield* table.end();
  };
  for (const { row } of rows()) yield row.kind === 'rejected' ? row : accepted(rowPayload(row.value, envelope));
} // prettier-ignore

function* messagesOf(bytes: Uint8Array, envelope: Envelope): Generator<Accepted<Payload> | Rejected> {
  const framer = new SyslogFramer();
  for (const framed of [...framer.push(bytes), ...framer.end(true)])
    yield framed.kind === 'rejected' ? framed : textOf(framed.value, envelope);
}

function* linesOf(bytes: Uint8Array, start: number, envelope: Envelope): Generator<Accepted<Payload> | Rejected> {
  for (let at = start; at < bytes.length;) {
    const { item, next } = lineAt(bytes, at);
    if (item) yield textOf(bytes.subarray(item.start, item.end), envelope);
    at = next;
  }
}

/** One record as text, or as JSON where it begins like it, under the limit of one item. */
export function textOf(bytes: Uint8Array, envelope: Envelope): Accepted<Payload> | Rejected {
  if (bytes.length > limits.itemBytesMax)
    return rejected('too_large', '', `the record has ${bytes.length} bytes, more than ${limits.itemBytesMax}; send it in parts`);
  const payload = payloadOf(bytes, envelope);
  return payload.kind === 'accepted' ? accepted(payload.value) : payload;
}
