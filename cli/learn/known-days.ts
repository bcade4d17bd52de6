import type { Bounds, EventLog, Frame, Reader, TopicPartition } from '#libs/event-log/port.js';
import { habitsTopic } from '#libs/contracts/topics.js';
import type { AccountDay } from '#libs/habits/seams.js';
import { habitRecordOf } from '#libs/habits/habit-rows.js';

const batchBytesMax = 8 * 1024 * 1024;

/** From which day on scorers have said what days of a group came to: those are not learned from the store once more. */
export class KnownDays implements Reader {
  readonly #first = new Map<string, number>();
  readonly #whole = Promise.withResolvers<void>();
  #end = 0;

  /** Reads the topic of habits to its end, as a member of a group of its own. */
  static async read(log: EventLog, group: string): Promise<KnownDays> {
    const known = new KnownDays();
    const membership = await log.join({ group, topics: [habitsTopic], batchBytesMax }, known);
    try {
      await Promise.race([known.#whole.promise, membership.ended]);
    } finally {
      await membership.leave();
    }
    return known;
  }

  isKnown({ groupId, subject, day }: Pick<AccountDay, 'groupId' | 'subject' | 'day'>): boolean {
    return day >= (this.#first.get(`${subject} ${groupId}`) ?? Infinity);
  }

  async assigned({ partition }: TopicPartition, held: Bounds): Promise<'earliest'> {
    if (partition !== 0) return 'earliest';
    this.#end = held.end;
    if (held.start >= held.end) this.#whole.resolve();
    return 'earliest';
  }

  async frames({ partition }: TopicPartition, frames: readonly Frame[]): Promise<void> {
    if (partition !== 0) return;
    for (const { bytes, offset, unreadable } of frames) {
      for (const line of bytes.toString('utf8').split('\n')) this.#take(line);
      if ((unreadable?.last ?? offset) + 1 >= this.#end) this.#whole.resolve();
    }
  }

  async poison(_at: TopicPartition, _frame: Frame, cause: unknown): Promise<void> {
    throw cause;
  }
  async revoked(): Promise<void> {}

  #take(line: string): void {
    const record = line === '' ? undefined : habitRecordOf(line);
    if (record?.type !== 'habit.day') return;
    const name = `${record.subject_kind} ${record.group_id}`;
    this.#first.set(name, Math.min(this.#first.get(name) ?? Infinity, record.day));
  }
}
