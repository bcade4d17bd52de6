import { unreadableStretch } from '#libs/contracts/quarantine-row.js';
import { topics } from '#libs/contracts/topics.js';
import { endOfPlainRow, viewOf } from '#libs/detection/scan/plain-row.js';
import { rejected } from '#libs/runtime/outcome.js';
import type { Batch, BatchFrame, BatchLine } from '../collect/batch.js';
import { notAnObject, storableLine } from './row-form.js';
import { SameRow } from './same-row.js';
import { knownTopic, type Refusal } from './refusal.js';

/** Lines of one frame that are no JSON objects and are set aside one by one; those beyond are told of in one row. */
export const junkLinesPerFrameMax = 10_000;

const newline = 0x0a;

/** What of a batch can be given to ClickHouse: every line is one row of the contract. */
export interface Checked {
  readonly bytes: Buffer;
  readonly rows: number;
  readonly refused: readonly Refusal[];
}

/**
 * Looks at every line of a batch before ClickHouse does, once: data of any other form could be read as more rows than lines, as none, or
 * as the end of the data. Linear in bytes; nothing is copied while all lines are good.
 */
export function checkLines(batch: Batch): Checked {
  const chunks: Buffer[] = [];
  const refused: Refusal[] = [];
  let rows = 0;
  let [goodFrom, goodTo] = [0, 0];
  const keep = (start: number, end: number): void => {
    if (start !== goodTo) {
      chunks.push(batch.bytes.subarray(goodFrom, goodTo));
      goodFrom = start;
    }
    goodTo = end;
  };
  eachLine(batch, {
    good: (start, end) => {
      rows += 1;
      keep(start, end);
    },
    mended: (line) => {
      rows += 1;
      chunks.push(batch.bytes.subarray(goodFrom, goodTo), line.bytes);
      [goodFrom, goodTo] = [-1, -1];
    },
    bad: (refusal) => refused.push(refusal),
  });
  if (goodFrom === 0 && goodTo === batch.bytes.length) return { bytes: batch.bytes, rows, refused };
  chunks.push(batch.bytes.subarray(Math.max(0, goodFrom), Math.max(0, goodTo)));
  return { bytes: Buffer.concat(chunks), rows, refused };
}

/** The good lines one by one, with their places; made when ClickHouse refuses them together. */
export function goodLinesOf(batch: Batch): readonly BatchLine[] {
  const lines: BatchLine[] = [];
  eachLine(batch, {
    good: (start, end, offset, line) => lines.push({ bytes: batch.bytes.subarray(start, end), offset, line }),
    mended: (line) => lines.push(line),
    bad: () => {},
  });
  return lines;
}

function unreadableFrame(offset: number, unreadable: NonNullable<BatchFrame['unreadable']>): Refusal {
  const { reason, detail } = unreadableStretch(unreadable);
  return { line: { bytes: Buffer.alloc(0), offset, line: 0 }, why: rejected(reason, '', detail) };
}

interface Visitor {
  /** A line whose bytes, with its end, can be stored as they are. */
  readonly good: (start: number, end: number, offset: number, line: number) => void;
  /** One that is stored in other bytes. */
  readonly mended: (line: BatchLine) => void;
  readonly bad: (refusal: Refusal) => void;
}

function eachLine(batch: Batch, visitor: Visitor): void {
  const view = viewOf(batch.bytes);
  const same = new SameRow(batch.bytes);
  for (const [index, frame] of batch.frames.entries()) {
    const bad = new BadLines(visitor);
    if (frame.unreadable) visitor.bad(unreadableFrame(frame.offset, frame.unreadable));
    const end = batch.frames[index + 1]?.start ?? batch.bytes.length;
    for (let [start, line] = [frame.start, 0]; start < end; line += 1)
      start = visitLine(batch, view, { start, offset: frame.offset, line }, { visitor, bad, same });
    bad.end();
  }
}

/** Where the next line begins. */
function visitLine(
  { at, bytes }: Batch,
  view: DataView,
  { start, offset, line }: { readonly start: number; readonly offset: number; readonly line: number },
  { visitor, bad, same }: { readonly visitor: Visitor; readonly bad: BadLines; readonly same: SameRow },
): number {
  const topic = knownTopic(at.topic);
  const isAccess = topic === topics.accesses;
  const plainEnd = isAccess ? endOfPlainRow(bytes, view, start) : -1;
  const lineEnd = plainEnd < 0 ? bytes.indexOf(newline, start) : plainEnd;
  const isKnown = plainEnd >= 0 || (isAccess && same.isAgain(start, lineEnd));
  const read = isKnown ? undefined : storableLine(topic, bytes.subarray(start, lineEnd));
  if (read === undefined) visitor.good(start, lineEnd + 1, offset, line);
  else if ('kind' in read) bad.add({ line: { bytes: bytes.subarray(start, lineEnd + 1), offset, line }, why: read });
  else if (read.line.equals(bytes.subarray(start, lineEnd))) {
    same.keep(start, lineEnd);
    visitor.good(start, lineEnd + 1, offset, line);
  } else visitor.mended({ bytes: Buffer.concat([read.line, Buffer.of(newline)]), offset, line });
  return lineEnd + 1;
}

/**
 * The bad lines of one frame. Of a line that is no row nothing is kept but its length, so that many of them may be told of in one row: a
 * megabyte of line ends must not become a million rows of the quarantine.
 */
class BadLines {
  #junk = 0;
  #last: Refusal | undefined;

  constructor(private readonly visitor: Visitor) {}

  add(refusal: Refusal): void {
    if (refusal.why.reason === notAnObject) this.#junk += 1;
    if (refusal.why.reason !== notAnObject || this.#junk <= junkLinesPerFrameMax) this.visitor.bad(refusal);
    else this.#last = refusal;
  }

  end(): void {
    const more = this.#junk - junkLinesPerFrameMax;
    const detail = `${more} more lines of the frame are no JSON objects; this is the last of them.`;
    if (this.#last) this.visitor.bad({ line: this.#last.line, why: rejected(notAnObject, '', detail) });
  }
}
