import type { FastRows, Stages } from '#libs/formats/vigie/fast-rows.js';
import type { FrameBuilder } from './frame-builder.js';
import type { Ticket } from './ticket.js';

/**
 * Rows of one request that the program of rows has made and no frame has yet: they wait in its memory by partition and are copied together, since a copy
 * costs much the same for one row as for thirty. Requests at the same time share a program: who stages first after another takes out what that one has left.
 * `flush` before the ticket is sealed.
 */
export class StagedRows {
  readonly #stages: Stages;
  /** Bytes that wait in each stage, and the partition that they are for. */
  readonly #bytes: Int32Array;
  readonly #partitions: Int32Array;

  constructor(
    readonly fast: FastRows,
    private readonly frames: FrameBuilder,
    private readonly ticket: Ticket,
  ) {
    this.#stages = fast.stages;
    this.#bytes = new Int32Array(this.#stages.count);
    this.#partitions = new Int32Array(this.#stages.count);
  }

  /** The address to which the next row of a partition is written; then say `add`. */
  room(partition: number): number {
    this.fast.stageFor(this);
    const stage = partition % this.#stages.count;
    const bytes = this.#bytes[stage] ?? 0;
    if (bytes >= this.#stages.bytes || (bytes > 0 && this.#partitions[stage] !== partition)) this.#take(stage);
    this.#partitions[stage] = partition;
    return this.#addressOf(stage) + (this.#bytes[stage] ?? 0);
  }

  /** A row of so many bytes stands where `room` said. */
  add(partition: number, bytes: number): void {
    const stage = partition % this.#stages.count;
    this.#bytes[stage] = (this.#bytes[stage] ?? 0) + bytes;
  }

  /** Puts all that wait into their frames. */
  flush(): void {
    for (let stage = 0; stage < this.#stages.count; stage += 1) this.#take(stage);
    this.fast.leaveStages(this);
  }

  #take(stage: number): void {
    const bytes = this.#bytes[stage] ?? 0;
    if (bytes === 0) return;
    const frame = this.frames.room(this.#partitions[stage] ?? 0, bytes, this.ticket);
    this.fast.copy(frame.buffer, frame.length, this.#addressOf(stage), bytes);
    frame.advance(frame.length + bytes);
    this.#bytes[stage] = 0;
  }

  #addressOf(stage: number): number {
    return this.#stages.at + stage * this.#stages.distance;
  }
}
