import type { Frame, Membership, Reader, TopicPartition } from '#libs/event-log/port.js';

/**
 * Whose cases this process tells of: those whose account lies on a partition that a group of all notifiers gives it. What lies on it is of no
 * interest here, every process reads all of it elsewhere; offsets follow at once, so that a lag means that ownership hangs.
 */
export class Ownership implements Reader {
  readonly #owned = new Set<number>();
  #membership: Promise<Membership> | undefined;

  /** `came` is called when a partition comes, before anything of it is owned. */
  constructor(private readonly came: () => void) {}

  /** To be called with the promise of `join`, before it has settled. */
  joined(membership: Promise<Membership>): void {
    this.#membership = membership;
  }

  has(partition: number): boolean {
    return this.#owned.has(partition);
  }

  async assigned({ partition }: TopicPartition): Promise<'committed'> {
    this.came();
    this.#owned.add(partition);
    return 'committed';
  }

  async frames(at: TopicPartition, frames: readonly Frame[]): Promise<void> {
    const last = frames.at(-1);
    if (last) await (await this.#membership)?.commit(at, (last.unreadable?.last ?? last.offset) + 1);
  }

  async poison(): Promise<void> {}

  async revoked({ partition }: TopicPartition): Promise<void> {
    this.#owned.delete(partition);
  }
}
