import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock } from '#libs/runtime/clock.js';
import type { Health } from '#libs/runtime/health.js';
import { type Log, silentLog } from '#libs/runtime/log.js';
import { systemRandom } from '#libs/runtime/random.js';
import { refuseOversized } from '../limits.js';
import { GroupMember } from '../member/group-member.js';
import type { EventLog, JoinOptions, Membership, Reader, TopicPartition } from '../port.js';
import type { FrameSigning } from '../signing/frame-signing.js';
import type { PartitionEnd } from '../signing/own-keys.js';
import { AppendQueue } from './append-queue.js';
import { Bells } from './bell.js';
import { Disk } from './disk.js';
import { EmbeddedStore } from './embedded-store.js';
import { Heartbeats } from './heartbeats.js';
import { ownIdentity } from './process-identity.js';
import { defaultRetention, removeOld, type RetentionLimits } from './retention.js';

export interface EmbeddedLogOptions extends Partial<RetentionLimits> {
  /** Made when missing. Every process that names the same directory shares the log. It must lie on a local disk. */
  readonly directory: string;
  /** Partitions by topic, made when missing. Another count than a topic has is refused: accounts would change their partition. */
  readonly topics: Readonly<Record<string, number>>;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly log?: Log;
  /** Signs what is appended and looks at what is read; made once the log is open, told where its partitions end. Absent: everything is believed. */
  readonly signing?: (ends: readonly PartitionEnd[]) => FrameSigning;
  /** Told whether members of groups move. */
  readonly health?: Health;
}

/** How often what is old is removed, in milliseconds. */
const retentionEveryMs = 10_000;
/** Partitions of a topic at most. */
const partitionsMax = 1024;

/** Opens the log that lies in a directory of this machine. Rejects when a topic has another number of partitions than asked for. */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EventLog> {
  const limits = limitsOf(options);
  mkdirSync(options.directory, { recursive: true });
  const disk = new Disk(options.directory, mapBytesOf(limits));
  let signing: FrameSigning | undefined;
  try {
    await createTopics(disk, options.topics);
    signing = options.signing?.(endsOf(disk));
  } catch (cause) {
    await disk.close();
    throw cause;
  }
  return new EmbeddedLog(disk, limits, options, signing);
}

function endsOf(disk: Disk): readonly PartitionEnd[] {
  return [...disk.extents.getRange({})].map(({ key: [topic, partition], value: { end } }) => ({ topic, partition, end }));
}

class EmbeddedLog implements EventLog {
  readonly #disk: Disk;
  readonly #bells: Bells;
  readonly #store: EmbeddedStore;
  readonly #appends: AppendQueue;
  readonly #options: EmbeddedLogOptions;
  readonly #limits: RetentionLimits;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #stopCleaning: () => void;
  #cleaning: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(disk: Disk, limits: RetentionLimits, options: EmbeddedLogOptions, signing: FrameSigning | undefined) {
    const { directory, clock = systemClock, log = silentLog } = options;
    const identity = ownIdentity();
    this.#disk = disk;
    this.#limits = limits;
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
    this.#bells = new Bells(join(directory, 'bells'), log);
    const heartbeats = new Heartbeats(join(directory, 'beats'), identity.host, log);
    this.#store = new EmbeddedStore(disk, this.#bells, heartbeats, identity, signing);
    this.#appends = new AppendQueue({
      disk,
      ...(signing && { signing }),
      clock,
      diskBytesMax: this.#limits.diskBytesMax,
      bells: this.#bells,
    });
    this.#stopCleaning = clock.every(retentionEveryMs, () => this.#clean());
  }

  async partitions(topic: string): Promise<number> {
    return this.#store.partitions(topic);
  }

  async append(at: TopicPartition, bytes: Buffer): Promise<number> {
    this.#refuseClosed();
    refuseOversized(at.topic, bytes.length);
    const count = this.#store.partitions(at.topic);
    if (!Number.isInteger(at.partition) || at.partition < 0 || at.partition >= count)
      throw new RangeError(`topic ${at.topic} has no partition ${at.partition}: it has ${count}`);
    return this.#appends.append(at, bytes);
  }

  async join(options: JoinOptions, reader: Reader): Promise<Membership> {
    this.#refuseClosed();
    const { random = systemRandom, health } = this.#options;
    return GroupMember.join(this.#store, options, reader, {
      clock: this.#clock,
      random,
      log: this.#log,
      ...(health && { health }),
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopCleaning();
    await this.#appends.settled();
    await this.#cleaning;
    this.#bells.close();
    await this.#disk.close();
  }

  #clean(): void {
    if (this.#closed) return;
    const now = () => this.#clock.now();
    this.#cleaning = this.#cleaning
      .then(async () => {
        this.#disk.dropDeadReaders();
        const frames = await removeOld({ disk: this.#disk, now, limits: this.#limits });
        if (frames > 0) this.#log.info('old frames were removed', { frames });
      })
      .catch((cause: unknown) => this.#log.warn('old frames could not be removed', { cause }));
  }

  #refuseClosed(): void {
    if (this.#closed) throw new Error('the log is closed');
  }
}

function limitsOf(options: EmbeddedLogOptions): RetentionLimits {
  const { retentionMs, retentionBytes, kept, keptFor, diskBytesMax } = { ...defaultRetention, ...options };
  if (retentionBytes > diskBytesMax)
    throw new RangeError(`retentionBytes (${retentionBytes}) must not be above diskBytesMax (${diskBytesMax})`);
  return { retentionMs, retentionBytes, kept, keptFor, diskBytesMax };
}

/** Address space, not disk: room for the frames, LMDB's own pages, and holes too small for a frame. */
function mapBytesOf({ diskBytesMax }: RetentionLimits): number {
  return Math.ceil((diskBytesMax * 1.5 + 256 * 1024 ** 2) / 65_536) * 65_536;
}

/** One transaction checks and makes, so that processes that open at the same moment agree. */
async function createTopics(disk: Disk, topics: Readonly<Record<string, number>>): Promise<void> {
  const wanted = Object.entries(topics);
  if (wanted.every(([topic, partitions]) => disk.topics.get(topic) === partitions)) return;
  await disk.writeFrames(() => {
    for (const [topic, partitions] of wanted) createTopic(disk, topic, partitions);
  });
}

function createTopic(disk: Disk, topic: string, partitions: number): void {
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > partitionsMax)
    throw new RangeError(`topic ${topic} cannot have ${partitions} partitions: 1 to ${partitionsMax}`);
  const known = disk.topics.get(topic);
  if (known === undefined) disk.topics.put(topic, partitions);
  else if (known !== partitions)
    throw new Error(
      `topic ${topic} has ${known} partitions and cannot have ${partitions}: accounts would change their partition. ` +
        `Keep ${known}, or start with an empty directory.`,
    );
}
