import type { CellKey } from './cell-table.js';
import { hashBytes } from '../scan/keyed-hash.js';
import { viewOf } from '../scan/scan-text.js';

const none = new Uint8Array(0);
/** A cell is at most this long, in bytes; longer ones are told apart by a digest. */
export const cellBytesMax = 4_096;

export const noCell: CellKey = { bytes: none, view: viewOf(none), start: 0, end: 0, hash: 0 };

export function cellOfBytes(bytes: Uint8Array): CellKey {
  if (bytes.length === 0) return noCell;
  const view = viewOf(bytes);
  return { bytes, view, start: 0, end: bytes.length, hash: hashBytes(view, 0, bytes.length) };
}

/** The values of a cell's group-by fields. */
export function cellValues(cell: Uint8Array): readonly string[] {
  if (cell.length === 0) return [];
  const values: unknown = JSON.parse(`["${Buffer.from(cell).toString()}"]`);
  return Array.isArray(values) ? values.map(String) : [];
}

export function cellBytes(values: readonly string[]): Uint8Array {
  return Buffer.from(JSON.stringify(values).slice(2, -2));
}
