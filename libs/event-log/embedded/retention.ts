import type { GroupState } from '../member/group-state.js';
import { keyOf } from '../member/group-state.js';
import type { TopicPartition } from '../port.js';
import { diskBytesOf, extentOf, unstamped } from './append-queue.js';
import type { Disk } from './disk.js';
import { heldBytes } from './room-left.js';

export interface RetentionLimits {
  /** Frames older than this go, once every group is past them. */
  readonly retentionMs: number;
  /** Above this the oldest frames go, once every group is past them. Bytes on disk, all topics together that are not kept. */
  readonly retentionBytes: number;
  /** Topics of which nothing goes, whatever its age. */
  readonly kept: readonly string[];
  /** Topics whose frames go after a time of their own, milliseconds, and by it alone: no group is waited for, and no bytes count. */
  readonly keptFor: Readonly<Record<string, number>>;
  /** Above this nothing goes that a group has not committed: appends are refused until a group moves on. */
  readonly diskBytesMax: number;
}

export const defaultRetention: RetentionLimits = {
  retentionMs: 7 * 24 * 3600 * 1000,
  retentionBytes: 2 * 1024 ** 3,
  kept: [],
  keptFor: {},
  diskBytesMax: 8 * 1024 ** 3,
};

/** Frames removed in one transaction at most, so that appends never wait long for the writer. */
const removalsMax = 256;

export interface RetentionTools {
  readonly disk: Disk;
  readonly now: () => number;
  readonly limits: RetentionLimits;
}

/** Removes what may go; the pages are used again by later frames. Resolves with the number of frames removed. */
export async function removeOld(tools: RetentionTools): Promise<number> {
  let total = 0;
  for (;;) {
    if (!findOldest(tools)) return total;
    const removed = await tools.disk.writeFrames(() => removeSome(tools));
    total += removed;
    if (removed < removalsMax) return total;
  }
}

function removeSome(tools: RetentionTools): number {
  tools.disk.refresh();
  for (let removed = 0; removed < removalsMax; removed += 1) {
    const oldest = findOldest(tools);
    if (!oldest) return removed;
    const { topic, partition, offset, frameBytes } = oldest;
    const extent = extentOf(tools.disk, oldest);
    tools.disk.frames.remove([topic, partition, offset]);
    tools.disk.signatures.remove([topic, partition, offset]);
    tools.disk.extents.put([topic, partition], {
      start: offset + 1,
      end: extent.end,
      bytes: extent.bytes - diskBytesOf(frameBytes),
    });
  }
  return removalsMax;
}

interface Oldest extends TopicPartition {
  readonly offset: number;
  readonly time: number;
  readonly frameBytes: number;
}

/** The oldest frame that may go, if the limits ask for one to go. */
function findOldest({ disk, now, limits }: RetentionTools): Oldest | undefined {
  const groups = [...disk.groups.getRange({})].map(({ value }) => value);
  const timed = Object.keys(limits.keptFor);
  const over = heldBytes(disk, [...limits.kept, ...timed]) > limits.retentionBytes;
  let oldest: Oldest | undefined;
  for (const { key, value: extent } of disk.extents.getRange({})) {
    const at = { topic: key[0], partition: key[1] };
    if (limits.kept.includes(at.topic)) continue;
    const ownMs = limits.keptFor[at.topic];
    if (extent.start >= Math.min(extent.end, ownMs === undefined ? slowestCommit(groups, at) : extent.end)) continue;
    const stored = disk.frames.getBinary([at.topic, at.partition, extent.start]);
    if (!stored) continue;
    const { time, bytes } = unstamped(stored);
    if (ownMs !== undefined) {
      if (time < now() - ownMs) return { ...at, offset: extent.start, time, frameBytes: bytes.length };
      continue;
    }
    if (!oldest || time < oldest.time) oldest = { ...at, offset: extent.start, time, frameBytes: bytes.length };
  }
  return oldest && (over || oldest.time < now() - limits.retentionMs) ? oldest : undefined;
}

/** Infinity when no group has ever owned the partition; 0 when one has but never committed. */
function slowestCommit(groups: readonly GroupState[], at: TopicPartition): number {
  const key = keyOf(at);
  return Math.min(
    ...groups.map(({ partitions }) => {
      const record = partitions[key];
      return record ? Math.max(record.committed, 0) : Infinity;
    }),
  );
}
