import { actions, outcomes } from '#libs/contracts/vocabulary.js';
import { IsoReader } from './iso-time.js';
import { scanOptional } from './scan-optional.js';
import { noShape, type ScannedRow } from './scanned-row.js';
import { hashBytes } from './keyed-hash.js';
import { endOfPlain, hexWord, Literal, quote, Stretches, Words } from './scan-text.js';

const keyOf = (text: string): Literal => new Literal(text);
const timeKey = keyOf('{"time":"');
const groupKey = keyOf('","group_id":"');
const actorKey = keyOf('","actor_id":"');
const patientKey = keyOf('","patient_id":"');
const clinicKey = keyOf('","clinic_id":"');
const actionKey = keyOf('","action":"');
const outcomeKey = keyOf('","outcome":"');
const eventKey = keyOf('","event_id":"');
const sourceKey = keyOf('","source":"');
const receivedKey = keyOf('","received_at":"');
const times = new IsoReader();
const receipts = new IsoReader();
/** From the end of `time` to `actor_id`: where `group_id` begins and ends. */
const groups = new Stretches(groupKey.length);
/** From the end of `clinic_id` to `event_id`: action and outcome. */
const deeds = new Stretches(actionKey.length);
/** From the end of `event_id` to `received_at`. */
const sources = new Stretches(sourceKey.length);
const actionWords = new Words(actions);
const outcomeWords = new Words(outcomes);
/** Characters of `group_id` and of `actor_id` that a row may have; longer ones are rejected. */
export const accountCharsMax = 1_024;
const isoLength = 24;
const hexLength = 32;

/**
 * Scans the line that begins at `start` in the fixed key order of `libs/contracts/access-row.ts`. False: something is not as the template
 * has it (other order, an escape, a byte beyond ASCII in a key field, a mistake), and `JSON.parse` has to say. `canonical` is for lines
 * that `JSON.stringify` has just written, in which escapes have one form only. This is a hot loop: one pass, nothing allocated but for
 * stretches that are seen for the first time. `bench/score.ts` measures it.
 */
export function scanRow(bytes: Uint8Array, view: DataView, start: number, row: ScannedRow, canonical: boolean): boolean {
  if (!timeKey.isAt(view, start)) return false;
  let at = start + timeKey.length;
  row.time = times.read(bytes, view, at);
  if (row.time < 0) return false;
  row.bytes = bytes;
  row.view = view;
  row.keyBytes = bytes;
  row.keyView = view;
  row.lineStart = start;
  row.categoryMask = 0;
  row.hasFormer = false;
  row.clearPlaces();
  row.escaped = 0;
  row.odd = false;
  row.shape = noShape;
  row.clinicSeen = noShape;
  at = scanAccount(bytes, view, at + isoLength, row, canonical);
  if (at < 0 || !patientKey.isAt(view, at)) return false;
  at = scanPatient(bytes, view, at + patientKey.length, row);
  if (at < 0 || !clinicKey.isAt(view, at)) return false;
  at += clinicKey.length;
  row.clinicStart = at;
  at = endOfPlain(bytes, view, at, canonical);
  if (at < 0) return false;
  row.clinicEnd = at;
  at = scanDeed(bytes, view, at, row);
  if (at < 0 || !isHex128(view, at)) return false;
  row.eventStart = at;
  at = scanSource(bytes, view, at + hexLength, canonical);
  if (at < 0) return false;
  row.receivedAt = receipts.read(bytes, view, at);
  at += isoLength;
  if (row.receivedAt < 0 || bytes[at] !== quote) return false;
  row.lineEnd = scanOptional(bytes, view, at + 1, row);
  return row.lineEnd >= 0;
}

/** `group_id` and `actor_id` and their hash; the position after them, or -1. */
function scanAccount(bytes: Uint8Array, view: DataView, from: number, row: ScannedRow, canonical: boolean): number {
  const known = groups.at(bytes, view, from);
  let actorStart: number;
  if (known) {
    actorStart = from + known.length;
    row.accountStart = from + known.first;
    row.hasAccount = known.second > known.first;
  } else {
    if (!groupKey.isAt(view, from)) return -1;
    const groupStart = from + groupKey.length;
    const groupEnd = endOfPlain(bytes, view, groupStart, canonical);
    if (groupEnd < 0 || !actorKey.isAt(view, groupEnd)) return -1;
    actorStart = groupEnd + actorKey.length;
    row.accountStart = groupStart;
    row.hasAccount = groupEnd > groupStart;
    if (!canonical) groups.keep(bytes, from, actorStart, groupStart - from, groupEnd - from);
  }
  const end = endOfPlain(bytes, view, actorStart, canonical);
  if (end < 0 || (end - row.accountStart > accountCharsMax && !canonical)) return -1;
  if (end === actorStart) row.hasAccount = false;
  row.accountEnd = end;
  row.accountHash = hashBytes(view, row.accountStart, end);
  return end;
}

/** The position after the pseudonym (of its closing quote), or -1. */
function scanPatient(bytes: Uint8Array, view: DataView, at: number, row: ScannedRow): number {
  row.hasPatient = bytes[at] !== quote;
  if (!row.hasPatient) {
    row.patient0 = row.patient1 = row.patient2 = row.patient3 = 0;
    return at;
  }
  if (at + hexLength > view.byteLength) return -1;
  row.patient0 = hexWord(view, at);
  row.patient1 = hexWord(view, at + 8);
  row.patient2 = hexWord(view, at + 16);
  row.patient3 = hexWord(view, at + 24);
  return row.patient0 < 0 || row.patient1 < 0 || row.patient2 < 0 || row.patient3 < 0 ? -1 : at + hexLength;
}

/** Action and outcome; where the event id begins, or -1. */
function scanDeed(bytes: Uint8Array, view: DataView, from: number, row: ScannedRow): number {
  const known = deeds.at(bytes, view, from);
  if (known) {
    row.action = known.first;
    row.outcome = known.second;
    return from + known.length;
  }
  if (!actionKey.isAt(view, from)) return -1;
  let at = from + actionKey.length;
  let end = endOfPlain(bytes, view, at, false);
  row.action = end < 0 ? -1 : actionWords.indexOf(bytes, at, end);
  if (row.action < 0 || !outcomeKey.isAt(view, end)) return -1;
  at = end + outcomeKey.length;
  end = endOfPlain(bytes, view, at, false);
  row.outcome = end < 0 ? -1 : outcomeWords.indexOf(bytes, at, end);
  if (row.outcome < 0 || !eventKey.isAt(view, end)) return -1;
  at = end + eventKey.length;
  deeds.keep(bytes, from, at, row.action, row.outcome);
  return at;
}

function isHex128(view: DataView, at: number): boolean {
  return (
    at + hexLength <= view.byteLength &&
    hexWord(view, at) >= 0 &&
    hexWord(view, at + 8) >= 0 &&
    hexWord(view, at + 16) >= 0 &&
    hexWord(view, at + 24) >= 0
  );
}

/** Where `received_at` begins, or -1. */
function scanSource(bytes: Uint8Array, view: DataView, from: number, canonical: boolean): number {
  const known = sources.at(bytes, view, from);
  if (known) return from + known.length;
  if (!sourceKey.isAt(view, from)) return -1;
  const end = endOfPlain(bytes, view, from + sourceKey.length, canonical);
  if (end < 0 || !receivedKey.isAt(view, end)) return -1;
  const at = end + receivedKey.length;
  if (!canonical) sources.keep(bytes, from, at, 0, 0);
  return at;
}
