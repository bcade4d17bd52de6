import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { DecodedItem } from '../decoded-item.js';
import type { Reading } from '../input-format.js';
import { firstByte, itemsOf, layoutOf, lineAt } from '../json/items.js';
import { limits } from '../limits.js';
import { type Envelope, type Payload, payloadOf } from '../payload.js';
import { SyslogFramer } from '../syslog/framer.js';
import { readPayload, refused } from './read-payload.js';

/** The events of a body of records in any format, one by one when they are asked for. */
export function* recordsOf(bytes: Uint8Array, envelope: Envelope, reading: Reading): Generator<DecodedItem> {
  for (const payload of payloadsOf(bytes, envelope))
    if (payload.kind === 'rejected') yield refused(payload);
    else yield* readPayload(payload.value, reading);
}

/**
 * The records of a body: JSON as one object, an array or lines; messages of syslog, however they are framed; one XML document; else every
 * line that is not empty. Told apart by the bytes, because nobody's content types can be trusted.
 */
export function* payloadsOf(bytes: Uint8Array, envelope: Envelope): Generator<Accepted<Payload> | Rejected> {
  const start = firstByte(bytes);
  const head = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(16, bytes.length - start)).toString('latin1');
  if (/^[{[]/.test(head)) {
    for (const item of itemsOf(bytes, layoutOf(bytes))) yield payloadOf(bytes.subarray(item.start, item.end), envelope);
  } else if (/^(?:[1-9]\d{0,6} )?<\d{1,3}>/.test(head)) yield* messagesOf(bytes.subarray(start), envelope);
  else if (head.startsWith('<')) yield textOf(bytes.subarray(start), envelope);
  else yield* linesOf(bytes, start, envelope);
}

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
