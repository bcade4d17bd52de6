import type { TopicPartition } from '../port.js';

/** Who takes part in a group and who owns which partition: one value, changed by pure functions inside one transaction of the store. */
export interface GroupState {
  readonly members: readonly MemberRecord[];
  /** By `keyOf`. A partition is listed from its first owner on. */
  readonly partitions: Readonly<Record<string, PartitionRecord>>;
}

export interface MemberRecord {
  readonly id: string;
  readonly topics: readonly string[];
  readonly process: ProcessIdentity;
}

/** `host` names the process table that `pid` belongs to; `startedAt` tells two processes apart that were given the same number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
}

export interface PartitionRecord extends TopicPartition {
  /** Empty when nobody owns it. */
  readonly owner: string;
  /** Grows with each new owner; what fences the commits of former ones. */
  readonly epoch: number;
  /** -1 when nothing was ever committed. */
  readonly committed: number;
}

export const emptyGroup: GroupState = { members: [], partitions: {} };

export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

export function enter(state: GroupState, member: MemberRecord): GroupState {
  return { ...state, members: [...state.members.filter(({ id }) => id !== member.id), member] };
}

/** Removes members, and frees what they owned. */
export function bury(state: GroupState, ids: ReadonlySet<string>): GroupState {
  if (!state.members.some(({ id }) => ids.has(id))) return state;
  const partitions = Object.entries(state.partitions).map(
    ([key, record]) => [key, ids.has(record.owner) ? { ...record, owner: '' } : record] as const,
  );
  return { members: state.members.filter(({ id }) => !ids.has(id)), partitions: Object.fromEntries(partitions) };
}

export interface Step {
  /** The very same object when nothing had to change. */
  readonly state: GroupState;
  readonly owned: readonly PartitionRecord[];
  /** Owned, but above our share: to be handed over. */
  readonly surplus: readonly PartitionRecord[];
  /** We are not on the list any more: others thought us dead. */
  readonly buried: boolean;
}

/**
 * What one member does on its own: buries the dead, then claims free partitions up to its share. Shares differ by at most one partition
 * per topic and add up to all of them, and who owns a partition keeps it while its share allows, so that a change of members moves few.
 */
export function step(
  state: GroupState,
  memberId: string,
  dead: ReadonlySet<string>,
  partitionsOf: (topic: string) => number,
): Step {
  const alive = bury(state, dead);
  const me = alive.members.find(({ id }) => id === memberId);
  if (!me) return { state: alive, owned: [], surplus: [], buried: true };
  const partitions = { ...alive.partitions };
  const surplus: PartitionRecord[] = [];
  let claimed = false;
  for (const topic of me.topics) {
    const all = recordsOf(alive, topic, partitionsOf(topic));
    const share = shareOf(alive, memberId, topic, all.length);
    const mine = all.filter(({ owner }) => owner === memberId);
    surplus.push(...mine.slice(share));
    for (const free of all.filter(({ owner }) => owner === '').slice(0, Math.max(0, share - mine.length))) {
      partitions[keyOf(free)] = { ...free, owner: memberId, epoch: free.epoch + 1 };
      claimed = true;
    }
  }
  const after = claimed ? { ...alive, partitions } : alive;
  const owned = Object.values(after.partitions).filter(({ owner }) => owner === memberId);
  return { state: after, owned, surplus, buried: false };
}

/** Gives a partition back; nothing happens when it has another owner by now. */
export function release(state: GroupState, { topic, partition, owner, epoch }: PartitionRecord): GroupState {
  const key = keyOf({ topic, partition });
  const record = state.partitions[key];
  if (!record || record.owner !== owner || record.epoch !== epoch) return state;
  return { ...state, partitions: { ...state.partitions, [key]: { ...record, owner: '' } } };
}

/** `undefined` when refused: the partition has another owner, or had one in between. */
export function commit(
  state: GroupState,
  { topic, partition, owner, epoch }: PartitionRecord,
  nextOffset: number,
): GroupState | undefined {
  const key = keyOf({ topic, partition });
  const record = state.partitions[key];
  if (!record || record.owner !== owner || record.epoch !== epoch) return undefined;
  return { ...state, partitions: { ...state.partitions, [key]: { ...record, committed: nextOffset } } };
}

function recordsOf(state: GroupState, topic: string, count: number): readonly PartitionRecord[] {
  return Array.from({ length: count }, (_, partition) => {
    const known = state.partitions[keyOf({ topic, partition })];
    return known ?? { topic, partition, owner: '', epoch: 0, committed: -1 };
  });
}

function shareOf(state: GroupState, memberId: string, topic: string, count: number): number {
  const ids = state.members.filter(({ topics }) => topics.includes(topic)).map(({ id }) => id);
  const rank = ids.toSorted().indexOf(memberId);
  return Math.floor(count / ids.length) + (rank < count % ids.length ? 1 : 0);
}

/** Whether others of the group have something to look at: commits alone are nobody else's business. */
export function membershipChanged(before: GroupState, after: GroupState): boolean {
  if (before.members !== after.members) return true;
  return Object.entries(after.partitions).some(([key, { owner }]) => before.partitions[key]?.owner !== owner);
}
