import type { Clock } from '#libs/runtime/clock.js';
import { systemClock } from '#libs/runtime/clock.js';
import { type Log, silentLog } from '#libs/runtime/log.js';
import { systemRandom } from '#libs/runtime/random.js';
import { refuseOversized } from '../limits.js';
import { GroupMember } from '../member/group-member.js';
import type { EventLog, JoinOptions, Membership, Reader, TopicPartition } from '../port.js';
import { MemoryStore } from './memory-store.js';

export interface MemoryLogOptions {
  /** Partitions by topic. */
  readonly topics: Readonly<Record<string, number>>;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly log?: Log;
}

/** The log of tests: keeps every promise of the port but survival. `connect` gives further clients of the same log. */
export interface MemoryLog extends EventLog {
  connect(): EventLog;
  /** Every frame of a partition, for assertions. */
  frames(at: TopicPartition): readonly Buffer[];
}

export function createMemoryLog(options: MemoryLogOptions): MemoryLog {
  const store = new MemoryStore(options.topics);
  const connect = () => new MemoryClient(store, options);
  return Object.assign(connect(), {
    connect,
    frames: (at: TopicPartition) => store.read(at, 0, Infinity).map(({ bytes }) => bytes),
  });
}

class MemoryClient implements EventLog {
  readonly #store: MemoryStore;
  readonly #options: MemoryLogOptions;
  #closed = false;

  constructor(store: MemoryStore, options: MemoryLogOptions) {
    this.#store = store;
    this.#options = options;
  }

  async partitions(topic: string): Promise<number> {
    return this.#store.partitions(topic);
  }

  async append(at: TopicPartition, bytes: Buffer): Promise<number> {
    this.#refuseClosed();
    refuseOversized(at.topic, bytes.length);
    return this.#store.append(at, bytes);
  }

  async join(options: JoinOptions, reader: Reader): Promise<Membership> {
    this.#refuseClosed();
    const { clock = systemClock, random = systemRandom, log = silentLog } = this.#options;
    return GroupMember.join(this.#store, options, reader, { clock, random, log });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new Error('the log is closed');
  }
}
