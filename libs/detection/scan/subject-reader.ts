import type { LaneKind, SubjectKind } from '#libs/contracts/vocabulary.js';
import { hashBytes } from './keyed-hash.js';
import { optionalPlaces } from './row-layout.js';
import { accountCharsMax } from './scan-row.js';
import { backslash, quote, viewOf } from './scan-text.js';
import { noShape, type ScannedRow } from './scanned-row.js';
import { outside } from './outside.js';

const between = Buffer.from('","actor_id":"');
const scratchBytes = 256;

/**
 * Has a row belong to another subject than its account: the address, the device, the session or the clinic takes the account's place in the key, and the
 * account goes to the clinic, where it says whose access it was. So an engine counts subjects as it counts accounts.
 */
export class SubjectReader {
  readonly #place: number;

  constructor(readonly kind: LaneKind) {
    this.#place = optionalPlaces[kind] ?? 0;
  }

  /** Changes a row that was just scanned, once. A row without such a subject, or with one of more than `accountCharsMax` bytes, has none. */
  look(row: ScannedRow): void {
    row.subject = this.kind;
    row.ownerStart = row.accountStart;
    row.ownerEnd = row.accountEnd;
    const groupEnd = row.bytes.indexOf(quote, row.accountStart);
    row.actorStart = groupEnd + between.length;
    const isClinic = this.kind === 'clinic_id';
    const start = isClinic ? row.clinicStart : (row.starts[this.#place] ?? outside());
    const end = isClinic ? row.clinicEnd : (row.ends[this.#place] ?? outside());
    if (end <= start || end - start > accountCharsMax) row.hasAccount = false;
    if (row.hasAccount) writeKey(row, groupEnd, canonical(row.bytes.subarray(start, end)));
  }
}

/** The bytes of a field as `JSON.stringify` writes them, so that one text has one key. */
function canonical(bytes: Uint8Array): Uint8Array {
  return bytes.includes(backslash) ? Buffer.from(JSON.stringify(textOf(bytes)).slice(1, -1)) : bytes;
}

function writeKey(row: ScannedRow, groupEnd: number, key: Uint8Array): void {
  const { bytes, accountStart, clinicStart, clinicEnd, actorStart, ownerEnd } = row;
  const clinic = bytes.subarray(clinicStart, clinicEnd);
  const head = `${isPlain(clinic) ? clinic.length : textOf(clinic).length}:`;
  const keyEnd = groupEnd - accountStart + between.length + key.length;
  const end = keyEnd + head.length + clinic.length + (ownerEnd - actorStart);
  if (row.scratch.length < end) row.scratch = Buffer.alloc(Math.max(scratchBytes, 2 * end));
  const { scratch } = row;
  scratch.set(bytes.subarray(accountStart, groupEnd), 0);
  scratch.set(between, groupEnd - accountStart);
  scratch.set(key, keyEnd - key.length);
  scratch.write(head, keyEnd, 'latin1');
  scratch.set(clinic, keyEnd + head.length);
  scratch.set(bytes.subarray(actorStart, ownerEnd), end - (ownerEnd - actorStart));
  row.keyBytes = scratch;
  row.keyView = viewOf(scratch);
  row.accountStart = 0;
  row.accountEnd = keyEnd;
  row.accountHash = hashBytes(row.keyView, 0, keyEnd);
  row.clinicStart = keyEnd;
  row.clinicEnd = end;
  row.clinicSeen = noShape;
}

/** Undefined for accounts, to whom rows belong anyway. */
export function readerOf(subject: SubjectKind = 'account'): SubjectReader | undefined {
  return subject === 'account' ? undefined : new SubjectReader(subject);
}

function isPlain(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80 && byte !== backslash);
}

function textOf(bytes: Uint8Array): string {
  return String(JSON.parse(`"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()}"`));
}

/** Clinic and account of what lies in the place of a clinic where a `SubjectReader` has looked: `7:clinic1dr.martin`. */
export function placeOf(text: string): { readonly clinic: string; readonly actor: string } {
  const colon = text.indexOf(':');
  const end = colon + 1 + Number(text.slice(0, Math.max(0, colon)));
  return { clinic: text.slice(colon + 1, end), actor: text.slice(end) };
}
