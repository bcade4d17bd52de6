// collect/: frames of a partition as batches that a restart would cut alike, within the memory that all partitions share.
// It stores nothing.

import { createHash } from 'node:crypto';
import type { Frame, TopicPartition } from '#libs/event-log/port.js';

/** When a batch is full. */
export interface BatchLimits {
  readonly rowsMax: number;
  readonly bytesMax: number;
  /** Milliseconds from its first frame to its end, when nothing else ends it. */
  readonly lingerMs: number;
}

/** A range of the log as one insert: the same offsets and bytes always give the same token. */
export interface Batch {
  readonly at: TopicPartition;
  readonly first: number;
  readonly last: number;
  readonly rows: number;
  readonly bytes: Buffer;
  readonly frames: readonly BatchFrame[];
  /** `topic-partition-first-last-sha256(bytes)`: ClickHouse knows a retry by it, and other bytes can never pass for the same batch. */
  readonly token: string;
  readonly sha256: string;
}

export interface BatchFrame {
  readonly offset: number;
  readonly rows: number;
  /** Where the frame begins in `bytes`. */
  readonly start: number;
  readonly unreadable?: Frame['unreadable'];
}

const newline = 0x0a;

/** Frames of one partition on their way to becoming a batch. */
export class OpenBatch {
  readonly #chunks: Buffer[] = [];
  readonly #frames: BatchFrame[] = [];
  #rows = 0;
  #bytes = 0;

  constructor(readonly at: TopicPartition) {}

  get rows(): number {
    return this.#rows;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get first(): number | undefined {
    return this.#frames[0]?.offset;
  }
  get last(): number | undefined {
    return this.#frames.at(-1)?.offset;
  }

  add(frame: Frame): void {
    const rows = rowsIn(frame.bytes);
    const { offset, unreadable } = frame;
    this.#frames.push({ offset, rows, start: this.#bytes, ...(unreadable && { unreadable }) });
    this.#rows += rows;
    this.#push(frame.bytes);
    // A frame that does not end its last line would glue it to the next frame's first one, and spoil both.
    if (frame.bytes.length > 0 && frame.bytes.at(-1) !== newline) this.#push(Buffer.of(newline));
  }

  /** Undefined when there is nothing in it. */
  seal(): Batch | undefined {
    const { at, first, last } = this;
    if (first === undefined || last === undefined) return undefined;
    const bytes = this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const token = tokenOf(at, first, last, sha256);
    return { at, first, last, rows: this.#rows, bytes, frames: this.#frames, sha256, token };
  }

  #push(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
  }
}

export function tokenOf(at: TopicPartition, first: number, last: number, sha256: string): string {
  return `${at.topic}-${at.partition}-${first}-${last}-${sha256}`;
}

/** Lines in a frame; a last line without its end counts. */
export function rowsIn(bytes: Buffer): number {
  let rows = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) rows += 1;
  return bytes.length > 0 && bytes.at(-1) !== newline ? rows + 1 : rows;
}

/** One line of a batch with its place in the log. */
export interface BatchLine {
  readonly bytes: Buffer;
  readonly offset: number;
  /** From 0 within its frame. */
  readonly line: number;
}
