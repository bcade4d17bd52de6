import { emptyGroup, type GroupState, membershipChanged, type ProcessIdentity } from '../member/group-state.js';
import type { Bounds, GroupStore, LogStore } from '../member/log-store.js';
import type { Frame, TopicPartition } from '../port.js';
import { extentOf, unstamped } from './append-queue.js';
import { type Bells, bellOf } from './bell.js';
import type { FrameSigning } from '../signing/frame-signing.js';
import type { Disk } from './disk.js';
import type { Heartbeats } from './heartbeats.js';

/** Reads of the shared files, for the members of this process. */
export class EmbeddedStore implements LogStore {
  readonly groups: GroupStore;
  readonly #disk: Disk;
  readonly #bells: Bells;

  constructor(
    disk: Disk,
    bells: Bells,
    heartbeats: Heartbeats,
    process: ProcessIdentity,
    private readonly signing?: Pick<FrameSigning, 'believed'>,
  ) {
    this.#disk = disk;
    this.#bells = bells;
    this.groups = diskGroups(disk, bells, heartbeats, process);
  }

  partitions(topic: string): number {
    const count = this.#disk.topics.get(topic);
    if (count === undefined) throw new Error(`no topic ${topic} in the embedded log: name it when the log is opened`);
    return count;
  }

  bounds(at: TopicPartition): Bounds {
    return extentOf(this.#disk, at);
  }

  read(at: TopicPartition, from: number, bytesMax: number): readonly Frame[] {
    const { start, end } = extentOf(this.#disk, at);
    if (from < start)
      throw new Error(`frames ${from} to ${start - 1} of ${at.topic}/${at.partition} were removed before they were read`);
    const frames: Frame[] = [];
    for (let offset = from, bytes = 0; offset < end; offset += 1) {
      const stored = this.#disk.frames.getBinary([at.topic, at.partition, offset]);
      if (!stored) throw new Error(`frame ${offset} of ${at.topic}/${at.partition} is missing although the log ends at ${end}`);
      bytes += stored.length;
      if (bytes > bytesMax && frames.length > 0) break;
      frames.push(this.#believed(at, { offset, bytes: unstamped(stored).bytes }));
    }
    return frames;
  }

  #believed(at: TopicPartition, frame: Frame): Frame {
    if (!this.signing) return frame;
    const signature = this.#disk.signatures.getBinary([at.topic, at.partition, frame.offset]);
    return this.signing.believed(at, frame, { signature });
  }

  onAppend(topic: string, post: () => void): () => void {
    return this.#bells.listen(bellOf(topic), post);
  }
}

function diskGroups(disk: Disk, bells: Bells, heartbeats: Heartbeats, process: ProcessIdentity): GroupStore {
  return {
    process,
    read: (group) => disk.groups.get(group) ?? emptyGroup,
    async update(group, change) {
      const { before, after } = await disk.writeGroups(() => changed(disk, group, change));
      if (membershipChanged(before, after)) bells.ring(`group ${group}`);
      return after;
    },
    onChange: (group, post) => bells.listen(`group ${group}`, post),
    beat: (memberId) => heartbeats.beat(memberId),
    forget: (memberId) => heartbeats.forget(memberId),
    isDead: (member) => heartbeats.isDead(member),
  };
}

function changed(disk: Disk, group: string, change: (state: GroupState) => GroupState): Changed {
  const before = disk.groups.get(group) ?? emptyGroup;
  const after = change(before);
  if (after !== before) disk.groups.put(group, after);
  return { before, after };
}

interface Changed {
  readonly before: GroupState;
  readonly after: GroupState;
}
