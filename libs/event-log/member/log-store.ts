import type { Frame, TopicPartition } from '../port.js';
import type { GroupState, MemberRecord, ProcessIdentity } from './group-state.js';

/** What a group member needs of a log that lives on this machine: the embedded one on disk, the memory one in tests. */
export interface LogStore {
  /** Throws when the topic does not exist. */
  partitions(topic: string): number;
  bounds(at: TopicPartition): Bounds;
  /** Frames from `from` on: as many as fit in `bytesMax`, at least one when there is any. */
  read(at: TopicPartition, from: number, bytesMax: number): readonly Frame[];
  /** Calls `post` soon after frames of the topic were appended, by whichever process. Returns how to stop. */
  onAppend(topic: string, post: () => void): () => void;
  readonly groups: GroupStore;
}

/** Frames `start` to `end - 1` can be read; `end` is the next offset to be written. */
export interface Bounds {
  readonly start: number;
  readonly end: number;
}

export interface GroupStore {
  read(group: string): GroupState;
  /** Applies `change` to the newest state in one durable transaction, and resolves with the state that it left. */
  update(group: string, change: (state: GroupState) => GroupState): Promise<GroupState>;
  /** Calls `post` soon after members came or went. */
  onChange(group: string, post: () => void): () => void;
  readonly process: ProcessIdentity;
  /** Says that the member lives; called at every tick. */
  beat(memberId: string): void;
  forget(memberId: string): void;
  isDead(member: MemberRecord): boolean;
}
