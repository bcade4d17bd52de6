/** The log port: frames, appended durably to partitions and read in order by groups of members. Two adapters keep it: Kafka and embedded. */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A topic that the log does not hold. It is never made by the way. */
export class UnknownTopic extends Error {
  override readonly name = 'UnknownTopic';
}

/** A frame as it was read: `bytes` are newline-delimited JSON rows, each line ended by `\n`. */
export interface Frame {
  readonly offset: number;
  readonly bytes: Buffer;
  /** When the log took it, milliseconds since 1970, by a clock that no producer sets; absent where the log keeps none. */
  readonly appendedAt?: number;
  /** What lies here and up to another offset cannot be unpacked: `bytes` are empty. The frames of the other offsets are empty and say nothing. */
  readonly unreadable?: { readonly reason: string; readonly last: number };
  /** Of records of others alone: their headers, names in lower case, values in order. Whoever wrote the record chose them. */
  readonly headers?: ReadonlyMap<string, readonly string[]>;
}

export interface EventLog {
  /** Number of partitions of a topic. Rejects when the topic does not exist. */
  partitions(topic: string): Promise<number>;
  /**
   * Appends one frame; resolves with its offset once every replica asked for has it (for the embedded log: once it is fsynced).
   * Rejects with `Transient` when that is not known within the deadline: the frame may or may not be in the log then.
   */
  append(at: TopicPartition, bytes: Buffer): Promise<number>;
  /** Takes part in reading topics as a member of a group. Resolves when the member runs; see `Reader` for what it is asked. */
  join(options: JoinOptions, reader: Reader): Promise<Membership>;
  /** Waits for what was appended to settle, then lets go of every resource. Memberships are left by `Membership.leave`. */
  close(): Promise<void>;
}

/** How a pipeline takes part in reading: `EventLog.join` with a reader of its own, or what a transport gives that hands frames to handlers. */
export type Join = (options: JoinOptions) => Promise<Membership>;

export interface JoinOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Upper bound of the bytes handed over in one call of `Reader.frames`. */
  readonly batchBytesMax: number;
  /** Topics of others, whose records bear no signature of ours. */
  readonly foreign?: true;
  /** Gives up waiting for the first join: `join` rejects then. A member that has joined is left by `Membership.leave`. */
  readonly signal?: AbortSignal;
}

/** Offsets of a partition: of the oldest frame that is still there, and of the next one to be written. */
export interface Bounds {
  readonly start: number;
  readonly end: number;
}

/** A reader would begin at `wanted`, and the log has nothing before `start`, or ends at `end` before that, or is of another topic of the same name. */
export interface Missing extends Bounds {
  readonly wanted: number;
  /** The topic was made anew, and what was read was of the one before. */
  readonly anew?: true;
}

/** What a member does. Calls for one partition never overlap; calls for different partitions may. */
export interface Reader {
  /**
   * The partition is now ours. The answer says where to read from: an offset, or 'committed' (the group's committed offset, and the
   * earliest frame where there is none). Awaited before any frame of the partition is handed over. `held` is what the log has now: an
   * offset below its start is refused, because frames would be missing unseen.
   */
  assigned(at: TopicPartition, held: Bounds): Promise<number | 'committed' | 'earliest'>;
  /**
   * Frames in offset order, without gap. While the promise is pending no more frames of this partition come: that is the back-pressure.
   * `Transient` is retried by the adapter for as long as it takes, with backoff, and shown as stalled; any other throw is poison or a bug:
   * the batch is tried frame by frame, and a frame that fails three times is handed to `poison` and passed over.
   */
  frames(at: TopicPartition, frames: readonly Frame[], signal: AbortSignal): Promise<void>;
  /** A frame that `frames` cannot digest. Resolves when it is safe elsewhere; when it throws, the member stops and the process must end. */
  poison(at: TopicPartition, frame: Frame, cause: unknown): Promise<void>;
  /**
   * For topics of others alone, who keep them as they like: frames are gone before they were read, or the topic was made anew. Reading goes on at
   * `start` once this resolves; a member whose reader does not have it ends instead.
   */
  missing?(at: TopicPartition, missing: Missing): Promise<void>;
  /**
   * The partition is about to leave (or has left, when its owner was thought dead): finish what is in hand, commit, forget.
   * Called once for each partition that was `assigned`, and for no other: one that leaves before its reader was asked leaves in silence.
   */
  revoked(at: TopicPartition): Promise<void>;
}

export interface Membership {
  /** Records durably that everything before `nextOffset` is done. Refused (resolves false) when the partition is no longer ours. */
  commit(at: TopicPartition, nextOffset: number): Promise<boolean>;
  /** Per assigned partition: the next offset to be written, the next to be handed over, and the committed one (-1 when none). */
  positions(): Promise<readonly Position[]>;
  /** Stops handing over, waits for the call in hand, calls `revoked` for each partition, leaves the group. */
  leave(): Promise<void>;
  /** Settles when the member ends by itself: rejects with the cause that it could not survive. Never resolves before `leave`. */
  readonly ended: Promise<void>;
}

export interface Position extends TopicPartition {
  readonly end: number;
  readonly next: number;
  readonly committed: number;
  /** While the same work is tried again, because something outside is away, or the log lets this process wait for a quota. */
  readonly retrying?: boolean;
}
