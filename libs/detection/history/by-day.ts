import { FrameScanner } from '../scan/frame-scanner.js';
import { ScannedRow } from '../scan/scanned-row.js';
import type { Milliseconds } from '../scan/kinds.js';

/** A part of a frame whose rows lie no later than in one day. */
export interface DayPiece {
  readonly day: number;
  readonly bytes: Uint8Array;
  /** Lines of the frame before it. */
  readonly line: number;
}

const newline = 0x0a;

/** Cuts a frame before the rows that are the first of a later day than those before them, and than the day `after`. */
export function piecesByDay(bytes: Uint8Array, after: number, dayOf: (time: Milliseconds) => number): readonly DayPiece[] {
  const row = new ScannedRow();
  const scanner = new FrameScanner(bytes);
  const cuts: { readonly at: number; readonly day: number }[] = [{ at: 0, day: after }];
  let latest = after;
  let end = 0;
  while (scanner.next(row)) {
    const day = dayOf(row.time);
    if (day > latest) {
      latest = day;
      cuts.push({ at: end, day });
    }
    // Of a row that had to be rewritten nobody knows where it ends; the next cut comes a little sooner then.
    if (row.bytes === bytes) end = row.lineEnd + 1;
  }
  let line = 0;
  return cuts.flatMap(({ at, day }, index): DayPiece[] => {
    const piece = bytes.subarray(at, cuts[index + 1]?.at ?? bytes.length);
    if (piece.length === 0) return [];
    const made = { day, bytes: piece, line };
    line += linesIn(piece);
    return [made];
  });
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === newline) lines += 1;
  return lines;
}
