import type { Ticket } from './ticket.js';

/** The rows of one partition that will be one record of the log. */
export class Frame {
  /** Bytes filled so far. */
  length = 0;
  readonly #tickets: Ticket[] = [];
  #last: Ticket | undefined;

  constructor(readonly buffer: Buffer) {}

  /** The request whose row comes next waits for this frame. */
  join(ticket: Ticket): void {
    if (this.#last === ticket || this.#tickets.includes(ticket)) return;
    this.#last = ticket;
    this.#tickets.push(ticket);
    ticket.expect();
  }
  /** Says that the bytes up to `length` are rows now. */
  advance(length: number): void {
    this.length = length;
  }
  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
  settle(failure?: unknown): void {
    for (const ticket of this.#tickets) {
      if (failure === undefined) ticket.acknowledged();
      else ticket.failed(failure);
    }
  }
}
