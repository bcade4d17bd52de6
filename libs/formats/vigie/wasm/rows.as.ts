// The module's doors: a line is read, then its rows are written one by one, byte for byte as `to-rows.ts` and `JSON.stringify` would.

import { mayBePatient } from './accounts.as';
import { askBlock, block, blockFrom, missing } from './blocks.as';
import { put, same } from './bytes.as';
import { askContext, tellContext } from './contexts.as';
import {
  afterEventIdAt,
  afterTimeAt,
  closesAt,
  contentAt,
  contentKeyAt,
  digitsAt,
  endingBytesMax,
  endingLengthsAt,
  endingPartsAt,
  endingsAt,
  eventIdAt,
  factsAt,
  fieldCount,
  futureMsAt,
  groupHashAt,
  groupTextAt,
  keyIdAt,
  lineBytesMax,
  partLengthsAt,
  partsAt,
  prefixesAt,
  prefixLengthsAt,
  recordHalfAt,
  recordKeyAt,
} from './layout.as';
import { finds } from './probe.as';
import { derive, pseudonyms } from './pseudonyms.as';
import { beginsWithZero, endOf, Field, patients, scan, startOf, timeMs } from './scan.as';
import { digest } from './digest.as';

export * from './layout.as';
export { ask } from './ahead.as';
export { keepBlock, setBlockSets } from './blocks.as';
export { setContextSets } from './contexts.as';
export { setKey } from './hmac.as';
export { setSets } from './table.as';

/** The constant parts of a row, as `partsOfRows` has them. */
namespace RowPart {
  export const time = 0;
  export const patient = 1;
  export const clinic = 2;
  export const action = 3;
  export const outcome = 4;
  export const unknown = 5;
  export const eventId = 6;
  export const end = 7;
}

const digitsBytes: usize = 32;
const halfDigits: usize = 16;
/** A day for which no block is asked. */
const noDay = i32.MIN_VALUE;

/** Where the row that is written begins. */
let rowFrom: usize = 0;

/**
 * The address after the item that begins at `from` when it is an ordinary event that may go on; then the others speak of it. 0 otherwise.
 */
export function read(from: usize): usize {
  store<u8>(recordHalfAt, 0);
  const end = scan(from);
  if (end == 0 || end - from > lineBytesMax || timeMs > load<f64>(futureMsAt)) return 0;
  if (endOf(Field.group) != 0 && !isOwnGroup()) return 0;
  askContext();
  askBlock();
  if (mayBePatient() || (patients > 0 && finds())) return 0;
  derive();
  tellContext();
  store<f64>(factsAt, timeMs);
  store<u32>(factsAt, pseudonyms == 0 ? 1 : pseudonyms, 8);
  store<u32>(factsAt, pseudonyms, 12);
  store<u32>(factsAt, accountHash(), 16);
  store<u32>(factsAt, u32(beginsWithZero), 28);
  return end;
}

function isOwnGroup(): bool {
  const length = endOf(Field.group) - startOf(Field.group);
  return length == load<u32>(groupTextAt, 4) && same(load<u32>(groupTextAt), startOf(Field.group), <i32>length);
}

/** The hash of the item's account, which decides its partition, see `partitionOf` in contracts/topics.ts. */
function accountHash(): u32 {
  let hash = load<u32>(groupHashAt);
  const end = endOf(Field.actor);
  for (let at = startOf(Field.actor); at < end; at += 1) hash = (hash ^ load<u8>(at)) * 0x0100_0193;
  hash = (hash ^ (hash >> 16)) * 0x85eb_ca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2_ae35;
  return hash ^ (hash >> 16);
}

/**
 * Writes row `index` of the item to `to`, with the ending of a number, or -1 for none, and the block of its patient on a day; answers with its length.
 * 0: the block is not known, so that nothing is written; then `keepBlock`, and once more with `noDay`. The first row has to be first: it makes the event id.
 */
export function write(index: i32, ending: i32, day: i32, to: usize): usize {
  if (day != noDay && block(index, day) == missing) return 0;
  rowFrom = to;
  let at = part(RowPart.time, to);
  at = value(Field.time, at);
  at = text(afterTimeAt, at);
  at = value(Field.actor, at);
  at = part(RowPart.patient, at);
  const patientAt = at;
  if (pseudonyms > 0) at = put(digitsAt + <usize>index * digitsBytes, digitsBytes, at);
  const clinicAt = at;
  at = part(RowPart.clinic, at);
  at = value(Field.clinic, at);
  at = part(RowPart.action, at);
  at = value(Field.action, at);
  at = part(RowPart.outcome, at);
  at = endOf(Field.outcome) == 0 ? part(RowPart.unknown, at) : value(Field.outcome, at);
  at = part(RowPart.eventId, at);
  const idAt = at;
  at = text(afterEventIdAt, at + digitsBytes);
  const optionalAt = at;
  at = optional(at);
  if (index == 0) identify(patientAt, clinicAt, idAt, optionalAt, at);
  put(eventIdAt, digitsBytes, idAt);
  if (pseudonyms > 0) at = text(keyIdAt, at);
  if (ending >= 0) at = endingTo(ending, at);
  return part(RowPart.end, at) - to;
}

/** What is said of the access by others than its sender: an ending, then how many patients the event has, and the block of the row's. */
function endingTo(ending: usize, from: usize): usize {
  let at = put(endingsAt + ending * endingBytesMax, load<u8>(endingLengthsAt + ending), from);
  if (pseudonyms > 1) at = countOf(pseudonyms, put(endingPartsAt + 1, load<u8>(endingPartsAt), at));
  if (blockFrom == 0) return at;
  at = put(endingPartsAt + 33, load<u8>(endingPartsAt, 32), at);
  at = put(blockFrom, halfDigits, at);
  store<u8>(at, 0x22);
  return at + 1;
}

/** A number below a thousand. */
function countOf(value: u32, from: usize): usize {
  let at = from;
  if (value >= 100) store<u8>(at++, <u8>(0x30 + value / 100));
  if (value >= 10) store<u8>(at++, <u8>(0x30 + ((value / 10) % 10)));
  store<u8>(at, <u8>(0x30 + (value % 10)));
  return at + 1;
}

/** The event id: half of it of the source's record, half of the parts of the row that are content, each with the length of its parts. */
function identify(patientAt: usize, clinicAt: usize, idAt: usize, optionalAt: usize, end: usize): void {
  if (load<u8>(recordHalfAt) != 0) put(recordHalfAt, halfDigits, eventIdAt);
  else identifyRecord();
  let at = put(rowFrom, patientAt - rowFrom, contentAt);
  at = put(clinicAt, idAt - clinicAt, at);
  at = put(optionalAt, end - optionalAt, at);
  store<u32>(at, <u32>(patientAt - rowFrom));
  store<u32>(at, <u32>(idAt - clinicAt), 4);
  store<u32>(at, <u32>(end - optionalAt), 8);
  digest(contentKeyAt, contentAt, at + 12 - contentAt, eventIdAt + halfDigits);
}

/** The half of the event id that is of the source's record, by the id in the line. */
function identifyRecord(): void {
  const record = endOf(Field.id) - startOf(Field.id);
  const at = put(startOf(Field.id), record, contentAt);
  store<u32>(at, <u32>record);
  digest(recordKeyAt, contentAt, record + 4, eventIdAt);
}

/** Fields that follow each other in the line as they do in the row, without spaces, are copied as one range. */
function optional(from: usize): usize {
  let at = from;
  let runStart: usize = 0;
  let runEnd: usize = 0;
  for (let field: usize = Field.role; field < fieldCount; field += 1) {
    const end = endOf(field);
    if (end == 0) continue;
    const start = startOf(field);
    const prefixLength = <usize>load<u8>(prefixLengthsAt + field);
    if (start - prefixLength != runEnd) {
      at = put(runStart, runEnd - runStart, at);
      at = put(prefixesAt + (field << 5), prefixLength, at);
      runStart = start;
    }
    runEnd = end + load<u8>(closesAt + field);
  }
  return put(runStart, runEnd - runStart, at);
}

function part(index: usize, to: usize): usize {
  v128.store(to, v128.load(partsAt + (index << 4)));
  return to + load<u8>(partLengthsAt + index);
}

/** A text of the source, given by where its offset and length stand. */
function text(given: usize, to: usize): usize {
  return put(load<u32>(given), load<u32>(given, 4), to);
}

function value(field: usize, to: usize): usize {
  const start = startOf(field);
  return put(start, endOf(field) - start, to);
}
