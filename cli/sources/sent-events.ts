import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { Reading } from '#libs/formats/input-format.js';
import type { Envelope, Payload } from '#libs/formats/payload.js';
import { readOriginal } from '#libs/formats/read/original.js';
import { readPayload, refused } from '#libs/formats/read/read-payload.js';
import { type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { HttpRefusal } from '#services/ingestor/receive/http-refusal.js';
import { documentOf, isBulk, operationsOf } from '#services/ingestor/shippers/elastic-bulk.js';
import { HecEvents, isHec } from '#services/ingestor/shippers/hec-events.js';
import { splunkCodes } from '#services/ingestor/shippers/splunk-answers.js';

/**
 * The events of what is sent to any door: a body of `_bulk` is known by its first operation, one of Splunk HEC by its first event; everything else is read as
 * files and `/v1/events` are.
 */
export function sentEvents(bytes: Uint8Array, envelope: Envelope, reading: Reading): Iterable<DecodedItem> {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isBulk(body)) return eventsOf(bulkRecords(body, envelope), reading);
  if (isHec(body)) return eventsOf(hecRecords(body, envelope), reading);
  return readOriginal({ kind: 'bytes', bytes, envelope, isBody: true }, reading);
}

function* eventsOf(records: Iterable<Accepted<Payload> | Rejected>, reading: Reading): Generator<DecodedItem> {
  for (const record of records)
    if (record.kind === 'rejected') yield refused(record);
    else yield* readPayload(record.value, reading);
}

/** Nothing of a body is taken that has a line where an operation should be. */
function* bulkRecords(body: Buffer, envelope: Envelope): Generator<Accepted<Payload> | Rejected> {
  try {
    for (const operation of operationsOf(body, '')) if (operation.verb !== 'delete') yield documentOf(body, operation, envelope);
  } catch (cause) {
    if (!(cause instanceof HttpRefusal)) throw cause;
    yield rejected('bad_operation', '', `${cause.message}; _bulk answers 400 and takes nothing of the request`);
  }
}

/** Events up to the first that is none, as the door takes them. */
function* hecRecords(body: Buffer, envelope: Envelope): Generator<Accepted<Payload> | Rejected> {
  const events = new HecEvents(body, envelope);
  for (const event of events) yield event.kind === 'unread' ? event.record() : event;
  const { fault } = events;
  if (!fault) return;
  const [, text] = splunkCodes[fault.code];
  yield rejected('bad_hec_event', 'event', `${text} (code ${fault.code}, event ${fault.index}); nothing behind it is taken`);
}
