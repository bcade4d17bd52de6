import type { CareFact } from '#libs/contracts/care/care-fact.js';
import { partitionOf } from '#libs/contracts/topics.js';
import type { FrameBuilder } from '../frames/frame-builder.js';
import type { Ticket } from '../frames/ticket.js';
import type { Stamper } from './stamper.js';

/** What the road of an event needs of care: its stamps, and a place for what it makes known. */
export class Care {
  constructor(
    readonly stamper: Stamper,
    readonly frames: FrameBuilder,
  ) {}

  /** Writes facts into frames that the request waits for, so that no row is acknowledged of which the others will never know. */
  tell(facts: readonly CareFact[], ticket: Ticket): void {
    for (const fact of facts) {
      const line = `${JSON.stringify(fact)}\n`;
      const partition = partitionOf(fact.group_id, fact.patient_id, this.frames.partitions);
      const bytes = Buffer.byteLength(line);
      const frame = this.frames.room(partition, bytes, ticket);
      frame.buffer.write(line, frame.length, 'utf8');
      frame.advance(frame.length + bytes);
    }
  }
}
