import { createHash } from 'node:crypto';
import type { CellKey } from '../memory/cell-table.js';
import { optionalPlaces } from '../scan/row-layout.js';
import { cellBytes, cellBytesMax, cellOfBytes, noCell } from '../memory/cell-key.js';
import type { Entry } from '../memory/entry.js';
import { amountMax } from '../rule/rule-kinds.js';
import type { Field } from '../rule/rule.js';
import { packText } from '../scan/packed-text.js';
import { hexWord, quote, viewOf } from '../scan/scan-text.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { Selector } from '../select/selector.js';
import type { RowFeed } from '../compile/series.js';
import { jsonText } from '../memory/texts.js';
import { outside } from '../scan/outside.js';
import type { MarkNumber } from '../scan/kinds.js';

const zero = 0x30;

/** Reads group-by cells and counted values out of rows. */
export class RowValues {
  readonly #cell: CellKey = { ...noCell };

  constructor(private readonly selector: Selector) {}

  /** The cell of the fields; undefined when one of them is empty. Valid until the next call. */
  cell(row: ScannedRow, by: readonly Field[]): CellKey | undefined {
    const [field] = by;
    if (field === undefined) return noCell;
    if (by.length === 1 && this.#plain(row, field)) return this.#cell;
    const values = by.map((one) => this.text(row, one));
    if (values.includes('')) return undefined;
    return cellOf(values);
  }

  /** Writes the counted value of the row into the entry; false when a counted field is empty. */
  value(row: ScannedRow, { value }: RowFeed, entry: Entry): boolean {
    switch (value.kind) {
      case 'patient':
        entry.v0 = row.patient0;
        entry.v1 = row.patient1;
        entry.v2 = row.patient2;
        entry.v3 = row.patient3;
        return row.hasPatient;
      case 'event':
        entry.v0 = hexWord(row.view, row.eventStart);
        entry.v1 = hexWord(row.view, row.eventStart + 8);
        entry.v2 = hexWord(row.view, row.eventStart + 16);
        entry.v3 = hexWord(row.view, row.eventStart + 24);
        return true;
      case 'input':
        setInput(entry, value.input);
        return true;
      default:
        return this.#tuple(row, value.fields, entry);
    }
  }

  /** Writes the spread value of the row into the entry; zero where it has none. */
  spread(row: ScannedRow, field: Field | undefined, entry: Entry): void {
    if (field === 'patient_id')
      [entry.s0, entry.s1, entry.s2, entry.s3] = [row.patient0, row.patient1, row.patient2, row.patient3];
    else setSpread(entry, field === undefined ? '' : this.text(row, field));
  }

  /** Writes the number that a field of the row holds into the entry; false when it is absent. */
  amount({ bytes, starts, ends }: ScannedRow, field: Field, entry: Entry): boolean {
    const place = optionalPlaces[field] ?? -1;
    const end = ends[place] ?? outside();
    let amount = 0;
    for (let at = starts[place] ?? outside(); at < end; at += 1) amount = amount * 10 + ((bytes[at] ?? zero) - zero);
    entry.amount = Math.min(amount, amountMax);
    return end > 0;
  }

  /** Any field as text, empty where it is absent. */
  text(row: ScannedRow, field: Field): string {
    if (field === 'actor_id' && row.subject) return jsonText(row.bytes, row.actorStart, row.ownerEnd);
    const place = optionalPlaces[field];
    if (place !== undefined) {
      const end = row.ends[place] ?? outside();
      const start = row.starts[place] ?? outside();
      if (end === 0) return '';
      return row.bytes[start - 1] === quote
        ? jsonText(row.bytes, start, end)
        : Buffer.from(row.bytes.buffer, row.bytes.byteOffset + start, end - start).toString();
    }
    if (field === 'patient_id') return row.hasPatient ? patientText(row) : '';
    const value = this.selector.wholeRow(row)[field];
    if (typeof value === 'string') return value;
    return value === undefined ? '' : JSON.stringify(value);
  }

  #tuple(row: ScannedRow, fields: readonly Field[], entry: Entry): boolean {
    const [field] = fields;
    if (fields.length === 1 && field !== undefined && packFrom(row, optionalPlaces[field] ?? -1, entry)) return true;
    const values = fields.map((one) => this.text(row, one));
    if (values.includes('')) return false;
    const [only = ''] = values;
    if (values.length === 1) setText(entry, only);
    else setDigest(entry, JSON.stringify(values));
    return true;
  }

  /** Sets `#cell` to the bytes of the field, where they stand for themselves. */
  #plain(row: ScannedRow, field: Field): boolean {
    const place = optionalPlaces[field];
    if (place === undefined) return false;
    const end = row.ends[place] ?? outside();
    const start = row.starts[place] ?? outside();
    if (end === 0 || end - start > cellBytesMax || (row.escaped & (1 << place)) !== 0) return false;
    this.#cell.bytes = row.bytes;
    this.#cell.view = row.view;
    this.#cell.start = start;
    this.#cell.end = end;
    this.#cell.hash = row.hashes[place] ?? outside();
    return true;
  }
}

/** The pseudonym that the patient counts by. */
function patientText({ patient0, patient1, patient2, patient3 }: ScannedRow): string {
  return [patient0, patient1, patient2, patient3].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** A short optional text, packed where it lies; false where that cannot be done. */
function packFrom({ view, starts, ends, escaped }: ScannedRow, place: number, entry: Entry): boolean {
  if (place < 0 || (escaped & (1 << place)) !== 0) return false;
  const start = starts[place] ?? outside();
  return packText(view, start, (ends[place] ?? outside()) - start, entry);
}

export function cellOf(values: readonly string[]): CellKey {
  const bytes = cellBytes(values);
  if (bytes.length <= cellBytesMax) return cellOfBytes(bytes);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return cellOfBytes(cellBytes(values.map((value) => (value.length > 64 ? `${value.slice(0, 64)}… ${digest}` : value))));
}

/** The number of an input as a value; ordered rules read it back from the last word. */
export function setInput(entry: Entry, input: number): void {
  entry.v0 = 0;
  entry.v1 = 0;
  entry.v2 = 0;
  entry.v3 = input + 1;
}

/** A spread value: 32 hexadecimal digits, as patients and events have, are the 128 bits that they stand for; of another text, its digest. */
export function setSpread(entry: Entry, text: string): void {
  const words = text === '' ? noWords : hexDigits.test(text) ? wordsOfHex(text) : wordsOfDigest(text);
  [entry.s0 = 0, entry.s1 = 0, entry.s2 = 0, entry.s3 = 0] = words;
}
const noWords: readonly number[] = [0, 0, 0, 0];
const hexDigits = /^[0-9a-f]{32}$/;

function wordsOfHex(text: string): readonly number[] {
  return [0, 8, 16, 24].map((at) => parseInt(text.slice(at, at + 8), 16));
}

function wordsOfDigest(text: string): readonly number[] {
  const hash = createHash('md5').update(text).digest();
  return [0, 4, 8, 12].map((at) => hash.readUInt32LE(at));
}

/** The value of one field: a short text is packed. */
export function setText(entry: Entry, text: string): void {
  const bytes = Buffer.from(text);
  if (!packText(viewOf(bytes), 0, bytes.length, entry)) setDigest(entry, JSON.stringify([text]));
}

/** A patient or an event as a value: the 128 bits that their 32 hexadecimal digits stand for. */
export function setIdentifier(entry: Entry, text: string): void {
  [entry.v0 = 0, entry.v1 = 0, entry.v2 = 0, entry.v3 = 0] = wordsOfHex(text);
}

/** 128 bits of a text. */
export function setDigest(entry: Entry, text: string): void {
  const hash = createHash('md5').update(text).digest();
  entry.v0 = hash.readUInt32LE(0);
  entry.v1 = hash.readUInt32LE(4);
  entry.v2 = hash.readUInt32LE(8);
  entry.v3 = hash.readUInt32LE(12);
}

/** The access by its patient, as an entry of the shared ledger. */
export function readAccess({ patient0, patient1, patient2, patient3, time }: ScannedRow, mark: MarkNumber, access: Entry): void {
  access.v0 = patient0;
  access.v1 = patient1;
  access.v2 = patient2;
  access.v3 = patient3;
  access.time = time;
  access.mark = mark;
}
