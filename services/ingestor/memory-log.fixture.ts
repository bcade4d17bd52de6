import { topics } from '#libs/contracts/topics.js';
import type { EventLog, JoinOptions, Membership, Reader } from '#libs/event-log/port.js';

/** Keeps frames in memory. Who reads is given what a test hands over. */
export class MemoryLog implements EventLog {
  failing = false;
  readonly lines: string[] = [];
  readonly quarantined: string[] = [];
  /** By topic. */
  readonly readers = new Map<string, Reader>();
  async partitions(): Promise<number> {
    return 4;
  }
  async append({ topic }: { topic: string }, bytes: Buffer): Promise<number> {
    if (this.failing) throw new Error('away');
    const lines = topic === topics.accesses ? this.lines : this.quarantined;
    lines.push(...bytes.toString().trimEnd().split('\n'));
    return this.lines.length;
  }
  async join({ topics: [topic = ''] }: JoinOptions, reader: Reader): Promise<Membership> {
    this.readers.set(topic, reader);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    return { commit: async () => true, positions: async () => [], leave: async () => resolve(), ended };
  }
  async close(): Promise<void> {}
  /** The rows that came while the work was done. */
  async during(work: () => Promise<unknown>): Promise<readonly Record<string, unknown>[]> {
    const from = this.lines.length;
    await work();
    return this.lines.slice(from).map((line) => JSON.parse(line));
  }
}
