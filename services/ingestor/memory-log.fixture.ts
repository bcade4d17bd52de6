import { careTopic, topics } from '#libs/contracts/topics.js';
import type { EventLog, JoinOptions, Membership, Reader, TopicPartition } from '#libs/event-log/port.js';

/** Keeps frames in memory. Who reads is given what a test hands over. */
export class MemoryLog implements EventLog {
  failing = false;
  readonly lines: string[] = [];
  readonly quarantined: string[] = [];
  /** Facts of care, which are read back at once. */
  readonly care: string[] = [];
  /** By topic. */
  readonly readers = new Map<string, Reader>();
  async partitions(): Promise<number> {
    return 4;
  }
  async append({ topic, partition }: TopicPartition, bytes: Buffer): Promise<number> {
    if (this.failing) throw new Error('away');
    if (topic === careTopic) {
      this.care.push(...bytes.toString().trimEnd().split('\n'));
      const frame = { offset: this.care.length, bytes: Buffer.from(bytes) };
      await this.readers.get(careTopic)?.frames({ topic, partition }, [frame], new AbortController().signal);
      return frame.offset;
    }
    const lines = topic === topics.accesses ? this.lines : this.quarantined;
    lines.push(...bytes.toString().trimEnd().split('\n'));
    return this.lines.length;
  }
  async join({ topics: of }: JoinOptions, reader: Reader): Promise<Membership> {
    const [first = ''] = of;
    this.readers.set(first, reader);
    if (first === careTopic)
      for (const topic of of)
        for (let partition = 0; partition < (await this.partitions()); partition += 1)
          await reader.assigned({ topic, partition }, { start: 0, end: 0 });
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
