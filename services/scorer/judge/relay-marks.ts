import { z } from 'zod';
import type { Frame } from '#libs/event-log/port.js';

/**
 * Stands before relayed accesses, in a line of its own: those that follow come from the frame at `through` of this partition of the accesses, or
 * from one before. `began`: its scorer looks from the next frame on for what it did not look for before; of event times up to this one the store
 * has it. Milliseconds.
 */
const markLine = z.object({
  relayed: z.object({ partition: z.int().nonnegative(), through: z.int(), began: z.number().optional() }),
});
export type RelayMark = z.infer<typeof markLine>['relayed'];

/** No row begins so, and within a text of JSON quotes are escaped. */
const opening = Buffer.from('{"relayed":');
const newline = 0x0a;

export function lineOfMark(mark: RelayMark): string {
  return `${JSON.stringify({ relayed: mark })}\n`;
}

/** The marks of a frame, and the frame without them. A line that begins as a mark and is none stays, for the scan to refuse. */
function withoutMarks(frame: Buffer): { readonly rows: Buffer; readonly marks: readonly RelayMark[] } {
  if (!frame.includes(opening)) return { rows: frame, marks: [] };
  const marks: RelayMark[] = [];
  const rows: Buffer[] = [];
  for (let start = 0; start < frame.length;) {
    const end = frame.indexOf(newline, start) + 1 || frame.length;
    const line = frame.subarray(start, end);
    const mark = line.subarray(0, opening.length).equals(opening) ? markOf(line) : undefined;
    if (mark) marks.push(mark);
    else rows.push(line);
    start = end;
  }
  return { rows: Buffer.concat(rows), marks };
}

function markOf(line: Buffer): RelayMark | undefined {
  try {
    return markLine.safeParse(JSON.parse(line.toString())).data?.relayed;
  } catch {
    return undefined;
  }
}

/** How far the partitions of the accesses have been relayed to a partition of a subject's topic: nothing beyond has come there. */
export class RelayedThrough {
  readonly #through: Map<number, number>;
  #began: number | undefined;

  /** (partition, offset), as a snapshot has them. */
  constructor(known: readonly (readonly [number, number])[] = []) {
    this.#through = new Map(known);
  }

  get all(): readonly (readonly [number, number])[] {
    return [...this.#through];
  }

  /** The rows of a frame, without the marks that stand before them. */
  rowsOf(frame: Frame): Buffer {
    const { rows, marks } = withoutMarks(frame.bytes);
    for (const { partition, through, began } of marks) {
      this.#through.set(partition, Math.max(through, this.#through.get(partition) ?? -1));
      if (began !== undefined) this.#began = Math.max(began, this.#began ?? 0);
    }
    return rows;
  }

  /** Event time up to which some accesses were not relayed, since the last call; undefined where all were. */
  takeBegan(): number | undefined {
    const began = this.#began;
    this.#began = undefined;
    return began;
  }
}
