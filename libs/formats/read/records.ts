import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { charsetOf, isCharset } from '../csv/charset.js';
import { columnsNamedBy, delimiterOf, namesWanted } from '../csv/header.js';
import { csvLimits } from '../csv/limits.js';
import { rowPayload } from '../csv/rows.js';
import { type CsvRow, TableReader } from '../csv/table-reader.js';
import { csvWrapper } from '../csv/wrapper.js';
import type { DecodedItem } from '../decoded-item.js';
import type { Reading } from '../input-format.js';
import { concatenatedJson } from '../json/concatenated.js';
import { isBetween } from '../json/joined.js';
import { beginsJson, firstByte, type ItemRange, itemsOf, layoutOf, lineAt } from '../json/items.js';
import { limits } from '../limits.js';
import { type Envelope, type Payload, payloadOf } from '../payload.js';
import { SyslogFramer } from '../syslog/framer.js';
import { bodyInUtf8, recordInUtf8 } from './as-utf8.js';
import { ContainerLines } from './container-lines.js';
import { containerRefused } from './containers.js';
import { readPayload, refused } from './read-payload.js';
import { formats } from './table.js';

/** The events of a body of records in any format, one by one when they are asked for. */
export function* recordsOf(bytes: Uint8Array, envelope: Envelope, reading: Reading): Generator<DecodedItem> {
  for (const payload of payloadsOf(bytes, envelope, reading))
    if (payload.kind === 'rejected') yield refused(payload);
    else yield* readPayload(payload.value, reading);
}

/** The events of one item in a body of JSON. */
export function* recordOf(
  bytes: Uint8Array,
  { start, end }: ItemRange,
  envelope: Envelope,
  reading: Reading,
): Generator<DecodedItem> {
  for (const payload of valuesOf(bytes.subarray(start, end), envelope, reading))
    if (payload.kind === 'rejected') yield refused(payload);
    else yield* readPayload(payload.value, reading);
}

/** Whether a body is JSON as `payloadsOf` tells it: one object, an array or lines. */
export function isJsonBody(bytes: Uint8Array): boolean {
  return beginsJson(bytes, firstByte(bytes));
}

/**
 * The records of a body: JSON as one object, an array or lines; messages of syslog, however they are framed; one XML document; the rows of a
 * table; else every line that is not empty. Told apart by the bytes, because nobody's content types can be trusted.
 */
export function* payloadsOf(given: Uint8Array, envelope: Envelope, said: Reading): Generator<Accepted<Payload> | Rejected> {
  const container = containerRefused(given);
  if (container) return yield container;
  const bytes = bodyInUtf8(given);
  const reading = bytes === given ? said : { ...said, charset: 'utf-8' };
  const start = firstByte(bytes);
  if (beginsJson(bytes, start)) {
    for (const item of itemsOf(bytes, layoutOf(bytes))) yield* valuesOf(bytes.subarray(item.start, item.end), envelope, reading);
  } else if (isTable(bytes, reading)) yield* rowsOf(bytes, envelope, reading);
  else if (isSyslog(bytes)) yield* messagesOf(bytes.subarray(start), envelope, reading);
  else if (bytes[start] === lessThan) {
    for (const document of documentsOf(bytes.subarray(start))) yield textOf(document, envelope, reading.charset);
  } else yield* linesOf(bytes, start, envelope, reading);
}

/** The values of a line, or of a body that is one: mostly one, but some senders write one behind the other with nothing between. */
function* valuesOf(bytes: Uint8Array, envelope: Envelope, { charset }: Reading): Generator<Accepted<Payload> | Rejected> {
  const payload = payloadIn(bytes, envelope, charset);
  const values = payload.kind === 'accepted' && payload.value.kind === 'json' ? [] : severalIn(bytes);
  if (values.length === 0) yield payload;
  for (const value of values) yield payloadIn(value, envelope, charset);
}

/** Several JSON values that lie one behind the other, perhaps with commas between; none where there is one, or the first is no whole value. */
export function severalIn(bytes: Uint8Array): readonly Uint8Array[] {
  const values: Uint8Array[] = [];
  for (const { start, end, complete } of concatenatedJson(bytes)) {
    const value = bytes.subarray(start, end);
    if (values.length === 0 && (!complete || !beginsJson(value, 0))) return [];
    if (!isBetween(value)) values.push(value);
  }
  return values.length > 1 || (values[0]?.length ?? bytes.length) < bytes.length ? values : [];
}

/** The documents of a body of XML, in one of which are several roots of the same name one behind the other. */
function documentsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const root = rootName.exec(body.subarray(0, headBytes).toString('latin1'))?.[1];
  if (root === undefined) return [bytes];
  const close = `</${root}>`;
  const documents: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const found = body.indexOf(close, at, 'latin1');
    const end = found < 0 ? body.length : found + close.length;
    if (firstByte(body.subarray(at, end)) < end - at) documents.push(body.subarray(at, end));
    at = end;
  }
  return documents;
}

const lessThan = 0x3c;
/** The first element, behind a declaration and remarks. */
const rootName = /^\s*(?:<\?[^>]*\?>\s*|<!--[^]*?-->\s*)*<([A-Za-z][\w:.-]{0,80})[\s>]/;
/** Bytes in which a body shows what it is. */
const headBytes = 16 * 1024;

/** Whether a body that begins so is a table: by its heading, or because its source's records have columns and its first line is no record. */
export function isTable(head: Uint8Array, reading: Reading): boolean {
  const start = firstByte(head);
  if (start === head.length || beginsJson(head, start) || isSyslog(head) || head[start] === lessThan) return false;
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const text = Buffer.from(head.subarray(start, start + headBytes)).toString('latin1');
  if (isUtf16 || csvWrapper.recognises({ kind: 'text', text, envelope: { receivedMs: 0 } })) return true;
  return reading.columns !== undefined && (!isRecord(text, reading) || hasHeading(head.subarray(start), reading));
}

/** Whether one of the first lines names columns of the source: what stands over it may look like a record of names and values. */
function hasHeading(head: Uint8Array, reading: Reading): boolean {
  const wanted = columnsNamedBy(reading);
  const lines = Buffer.from(head.subarray(0, headBytes))
    .toString('utf8')
    .split(/\r\n|\r|\n/, csvLimits.titlesMax + 1);
  return lines.some((line) => {
    const cells = line.split(delimiterOf(line)).map((cell) => cell.replace(/^\s*"(.*)"\s*$/, '$1'));
    return namesWanted(cells, wanted);
  });
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
  const start = firstByte(head);
  return beginsJson(head, start) ? layoutOf(head) === 'lines' : head[start] !== lessThan;
}

function* rowsOf(bytes: Uint8Array, envelope: Envelope, reading: Reading): Generator<Accepted<Payload> | Rejected> {
  const { charset: name } = reading;
  if (name !== undefined && !isCharset(name))
    return yield rejected('unknown_charset', 'charset', 'the character set of the source is not known');
  const charset = charsetOf(bytes, name);
  const table = new TableReader(charset, columnsNamedBy(reading));
  const rows = function* (): Generator<CsvRow> {
    for (let at = 0; at < bytes.length; at += headBytes) yield* table.take(charset.take(bytes.subarray(at, at + headBytes)));
    yield* table.take(charset.end());
    yield* table.end();
  };
  for (const { row } of rows()) yield row.kind === 'rejected' ? row : accepted(rowPayload(row.value, envelope));
}

function* messagesOf(bytes: Uint8Array, envelope: Envelope, { charset }: Reading): Generator<Accepted<Payload> | Rejected> {
  const framer = new SyslogFramer(undefined, true, true);
  for (const framed of [...framer.push(bytes), ...framer.end(true)])
    yield framed.kind === 'rejected' ? framed : textOf(framed.value, envelope, charset);
}

function* linesOf(
  bytes: Uint8Array,
  start: number,
  envelope: Envelope,
  { charset }: Reading,
): Generator<Accepted<Payload> | Rejected> {
  const containers = new ContainerLines();
  for (let at = start; at < bytes.length;) {
    const { item, next } = lineAt(bytes, at);
    const taken = item && containers.take(bytes.subarray(item.start, item.end), bytes.subarray(item.end, next - 1));
    if (taken) yield taken.kind === 'rejected' ? taken : textOf(taken.value, envelope, charset);
    at = next;
  }
  yield* containers.end();
}

/** One record as text, or as JSON where it begins like it, under the limit of one item. `charset` is that of its source. */
export function textOf(bytes: Uint8Array, envelope: Envelope, charset?: string): Accepted<Payload> | Rejected {
  if (bytes.length > limits.itemBytesMax)
    return rejected('too_large', '', `the record has ${bytes.length} bytes, more than ${limits.itemBytesMax}; send it in parts`);
  return payloadIn(bytes, envelope, charset);
}

function payloadIn(bytes: Uint8Array, envelope: Envelope, charset?: string): Accepted<Payload> | Rejected {
  const payload = payloadOf(bytes, envelope);
  if (payload.kind === 'accepted' || payload.reason !== 'not_utf8') return payload;
  const text = recordInUtf8(bytes, charset);
  return text ? payloadOf(text, envelope) : payload;
}
