import { emptyGroup, type GroupState, keyOf, membershipChanged, type ProcessIdentity } from '../member/group-state.js';
import type { Bounds, GroupStore, LogStore } from '../member/log-store.js';
import type { Frame, TopicPartition } from '../port.js';

/** Frames and groups in plain maps; everybody is alive. */
export class MemoryStore implements LogStore {
  readonly groups: GroupStore;
  readonly #frames = new Map<string, Frame[]>();
  readonly #topics: ReadonlyMap<string, number>;
  readonly #bells = new Map<string, Set<() => void>>();

  constructor(topics: Readonly<Record<string, number>>) {
    this.#topics = new Map(Object.entries(topics));
    this.groups = memoryGroups(this.#bells);
  }

  partitions(topic: string): number {
    const count = this.#topics.get(topic);
    if (count === undefined) throw new Error(`no topic ${topic} in this log`);
    return count;
  }

  append(at: TopicPartition, bytes: Buffer): number {
    const frames = this.#of(at);
    frames.push({ offset: frames.length, bytes: Buffer.from(bytes) });
    ring(this.#bells, `frames ${at.topic}`);
    return frames.length - 1;
  }

  bounds(at: TopicPartition): Bounds {
    return { start: 0, end: this.#of(at).length };
  }

  read(at: TopicPartition, from: number, bytesMax: number): readonly Frame[] {
    const frames = this.#of(at);
    let to = from;
    for (let bytes = 0; to < frames.length; to += 1) {
      bytes += frames[to]?.bytes.length ?? 0;
      if (bytes > bytesMax && to > from) break;
    }
    return frames.slice(from, to);
  }

  onAppend(topic: string, post: () => void): () => void {
    return listen(this.#bells, `frames ${topic}`, post);
  }

  #of(at: TopicPartition): Frame[] {
    if (!(at.partition >= 0 && at.partition < this.partitions(at.topic)))
      throw new RangeError(`topic ${at.topic} has no partition ${at.partition}`);
    const key = keyOf(at);
    const frames = this.#frames.get(key) ?? [];
    this.#frames.set(key, frames);
    return frames;
  }
}

type Bells = Map<string, Set<() => void>>;

function memoryGroups(bells: Bells): GroupStore {
  const states = new Map<string, GroupState>();
  const process: ProcessIdentity = { host: 'memory', pid: 0, startedAt: '' };
  return {
    process,
    read: (group) => states.get(group) ?? emptyGroup,
    async update(group, change) {
      const before = states.get(group) ?? emptyGroup;
      const after = change(before);
      states.set(group, after);
      if (membershipChanged(before, after)) ring(bells, `group ${group}`);
      return after;
    },
    onChange: (group, post) => listen(bells, `group ${group}`, post),
    beat: () => {},
    forget: () => {},
    isDead: () => false,
  };
}

function ring(bells: Bells, name: string): void {
  for (const post of bells.get(name) ?? []) queueMicrotask(post);
}

function listen(bells: Bells, name: string, post: () => void): () => void {
  const listeners = bells.get(name) ?? new Set();
  bells.set(name, listeners.add(post));
  return () => void listeners.delete(post);
}
