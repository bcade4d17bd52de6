import { rejected } from '#libs/runtime/outcome.js';
import { rowPayload, csvRows } from '../csv/rows.js';
import type { DecodedItem } from '../decoded-item.js';
import type { Reading } from '../input-format.js';
import { firstByte, lineAt } from '../json/items.js';
import { limits } from '../limits.js';
import type { Envelope } from '../payload.js';
import { SyslogFramer } from '../syslog/framer.js';
import { streamInUtf8, utf16Of } from './as-utf8.js';
import { ContainerLines } from './container-lines.js';
import { containerRefused } from './containers.js';
import { readPayload, refused } from './read-payload.js';
import { isLines, isSyslog, isTable, recordsOf, severalIn, textOf } from './records.js';

/** Bytes in which a file shows what it is. */
const headBytes = 16 * 1024;
/** Bytes of a file that is one document, such as a JSON array. */
const documentBytesMax = 32 * 1024 * 1024;

interface Begun {
  readonly head: Uint8Array;
  readonly all: AsyncIterable<Uint8Array>;
}

/**
 * The events of a file of any length, one by one when they are asked for, in bounded memory: a table, lines of any format, or messages of
 * syslog. A file that is one document (a JSON array, a Bundle, XML) is held as a whole, and may have 32 MiB. An archive or a workbook is one
 * refusal.
 */
export async function* fileRecords(
  stream: AsyncIterable<Uint8Array>,
  envelope: Envelope,
  given: Reading,
): AsyncGenerator<DecodedItem> {
  const came = await begun(stream);
  const { head, all } = await inUtf8(came);
  const reading = head === came.head ? given : { ...given, charset: 'utf-8' };
  const container = containerRefused(head);
  if (container) return yield refused(container);
  if (isTable(head, reading)) {
    for await (const { row } of csvRows(all, reading))
      if (row.kind === 'rejected') yield refused(row);
      else yield* readPayload(rowPayload(row.value, envelope), reading);
  } else if (isSyslog(head)) yield* messages(all, envelope, reading);
  else if (isLines(head)) yield* lines(all, envelope, reading);
  else yield* document(all, envelope, reading);
}

/** One zero alone may be the first half of a letter. */
function behindZeros(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0 || bytes[1] !== 0) return bytes;
  const start = bytes.findIndex((byte) => byte !== 0);
  return bytes.subarray(start < 0 ? bytes.length : start);
}

/** A file in UTF-16 in UTF-8, but for a table with a mark. */
async function inUtf8({ head, all }: Begun): Promise<Begun> {
  const name = utf16Of(head);
  return name ? begun(streamInUtf8(all, name)) : { head, all };
}

/**
 * The first bytes of a stream, and all of it. Zeros before them are no part of it: a log that was cut to nothing while its program went on writing
 * where it was has a hole there.
 */
async function begun(stream: AsyncIterable<Uint8Array>): Promise<Begun> {
  const rest = stream[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < headBytes) {
    const next = await rest.next();
    if (next.done) break;
    const value = bytes === 0 ? behindZeros(next.value) : next.value;
    first.push(value);
    bytes += value.length;
  }
  const head = Buffer.concat(first);
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  };
  return { head, all: all() };
}

async function* messages(stream: AsyncIterable<Uint8Array>, envelope: Envelope, reading: Reading): AsyncGenerator<DecodedItem> {
  const framer = new SyslogFramer(undefined, true, true);
  const events = function* (framed: ReturnType<SyslogFramer['push']>): Generator<DecodedItem> {
    for (const one of framed)
      if (one.kind === 'rejected') yield refused(one);
      else yield* record(one.value, envelope, reading);
  };
  for await (const chunk of stream) yield* events(framer.push(chunk));
  yield* events(framer.end(true));
}

async function* lines(stream: AsyncIterable<Uint8Array>, envelope: Envelope, reading: Reading): AsyncGenerator<DecodedItem> {
  let held: Uint8Array = new Uint8Array();
  let isFirst = true;
  /** Inside a line that is too long, which was refused already. */
  let skips = false;
  const containers = new ContainerLines();
  const whole = function* (line: Uint8Array, blanks: Uint8Array): Generator<DecodedItem> {
    const taken = containers.take(line, blanks);
    if (taken?.kind === 'rejected') yield refused(taken);
    else if (taken) yield* record(taken.value, envelope, reading);
  };
  for await (const chunk of stream) {
    const bytes = held.length ? Buffer.concat([held, chunk]) : chunk;
    const end = bytes.lastIndexOf(0x0a) + 1;
    let at = isFirst ? firstByte(bytes) : 0;
    isFirst = false;
    for (; at < end;) {
      const { item, next } = lineAt(bytes, at);
      if (item && !skips) yield* whole(behindZeros(bytes.subarray(item.start, item.end)), bytes.subarray(item.end, next - 1));
      skips = false;
      at = next;
    }
    held = skips ? new Uint8Array() : behindZeros(bytes.subarray(Math.max(at, end)));
    if (held.length <= limits.itemBytesMax) continue;
    yield* record(held, envelope, reading);
    [held, skips] = [new Uint8Array(), true];
  }
  const { item } = lineAt(held, 0);
  if (item && !skips) yield* whole(held.subarray(item.start, item.end), held.subarray(item.end));
  for (const part of containers.end()) yield refused(part);
}

async function* document(stream: AsyncIterable<Uint8Array>, envelope: Envelope, reading: Reading): AsyncGenerator<DecodedItem> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > documentBytesMax)
      return yield refused(
        rejected('too_large', '', `a file that is one document may have ${documentBytesMax} bytes; write one record a line`),
      );
    chunks.push(chunk);
  }
  yield* recordsOf(Buffer.concat(chunks), envelope, reading);
}

function* record(bytes: Uint8Array, envelope: Envelope, reading: Reading): Generator<DecodedItem> {
  const payload = textOf(bytes, envelope, reading.charset);
  if (payload.kind === 'accepted') return yield* readPayload(payload.value, reading);
  const values = severalIn(bytes);
  if (values.length === 0) return yield refused(payload, { kind: 'bytes', bytes, envelope });
  for (const value of values) yield* record(value, envelope, reading);
}
