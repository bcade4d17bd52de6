/**
 * What others than the engine ask of the bytes of rows: whether a line has the form that is read without `JSON.parse`, and its times.
 * The front door of this folder.
 */
import { isPlain } from './frame-scanner.js';
import { scanRow } from './scan-row.js';
import { ScannedRow } from './scanned-row.js';

export { IsoReader } from './iso-time.js';
export { viewOf } from './scan-text.js';

const scanned = new ScannedRow();

/**
 * Where the access row that begins at `start` ends (its line end, or the end of the bytes), or -1 where it is not in the form that nearly
 * all rows have: then the whole line must be read. `view` is over `bytes`.
 */
export function endOfPlainRow(bytes: Uint8Array, view: DataView, start: number): number {
  const fits = scanRow(bytes, view, start, scanned, false) && isPlain(scanned) && scanned.escaped === 0;
  return fits ? scanned.lineEnd : -1;
}
