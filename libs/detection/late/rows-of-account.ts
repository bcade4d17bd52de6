import { FrameScanner } from '../scan/frame-scanner.js';
import { ScannedRow } from '../scan/scanned-row.js';
import type { SubjectReader } from '../scan/subject-reader.js';
import type { Milliseconds } from '../scan/kinds.js';

/** A row as it lies in a frame, without the end of its line; `time` is event time, milliseconds. */
export interface Line {
  readonly time: Milliseconds;
  readonly bytes: Uint8Array;
}

/** The rows of some frames that are of the account. */
export function linesOf(key: Uint8Array, frames: readonly Uint8Array[], reader: SubjectReader | undefined): readonly Line[] {
  const lines: Line[] = [];
  const row = new ScannedRow();
  for (const frame of frames)
    for (const scanner = new FrameScanner(frame, reader); scanner.next(row);)
      if (isOf(row, key)) lines.push({ time: row.time, bytes: row.bytes.subarray(row.lineStart, row.lineEnd) });
  return lines;
}

/** Whether the row is of the account. */
export function isOf({ hasAccount, keyBytes, accountStart, accountEnd }: ScannedRow, key: Uint8Array): boolean {
  if (!hasAccount || accountEnd - accountStart !== key.length) return false;
  for (let at = 0; at < key.length; at += 1) if (keyBytes[accountStart + at] !== key[at]) return false;
  return true;
}

/** How many of the lines, in order of time, lie before it. */
export function behind(lines: readonly Line[], time: Milliseconds): number {
  const first = lines.findIndex((line) => line.time >= time);
  return first < 0 ? lines.length : first;
}
