import { topics } from '#libs/contracts/topics.js';
import type { EventLog } from '#libs/event-log/port.js';

/** Keeps frames in memory; reading is not what is tested with it. */
export class MemoryLog implements EventLog {
  failing = false;
  readonly lines: string[] = [];
  readonly quarantined: string[] = [];
  async partitions(): Promise<number> {
    return 4;
  }
  async append({ topic }: { topic: string }, bytes: Buffer): Promise<number> {
    if (this.failing) throw new Error('away');
    const lines = topic === topics.accesses ? this.lines : this.quarantined;
    lines.push(...bytes.toString().trimEnd().split('\n'));
    return this.lines.length;
  }
  join(): never {
    throw new Error('nobody reads here');
  }
  async close(): Promise<void> {}
  /** The rows that came while the work was done. */
  async during(work: () => Promise<unknown>): Promise<readonly Record<string, unknown>[]> {
    const from = this.lines.length;
    await work();
    return this.lines.slice(from).map((line) => JSON.parse(line));
  }
}
