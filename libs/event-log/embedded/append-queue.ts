import type { Clock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { TopicPartition } from '../port.js';
import type { FrameSigning } from '../signing/frame-signing.js';
import { type Bells, bellOf } from './bell.js';
import type { Disk, PartitionExtent } from './disk.js';
import { refuseWhenFull } from './room-left.js';

/** What a transaction may write besides its frames, in bytes: the pages above them, and those of lists of pages. */
const pagesBytes = 1024 * 1024;

/** Bytes of frames that one transaction writes at most; what waits beyond goes into the next one. */
export const transactionBytesMax = 16 * 1024 * 1024;

export interface AppendTools {
  readonly disk: Disk;
  /** Absent: frames are not signed. */
  readonly signing?: Pick<FrameSigning, 'sign'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Bytes on disk that the log may hold. */
  readonly diskBytesMax: number;
  /** Rung for each topic that has new frames on disk. */
  readonly bells: Pick<Bells, 'ring'>;
}

interface Pending extends TopicPartition {
  readonly bytes: Buffer;
  readonly signature: Buffer | undefined;
  readonly resolve: (offset: number) => void;
  readonly reject: (cause: unknown) => void;
}

/** Group commit: while one transaction is on its way to the disk the next appends gather, and share the following one and its fsync. */
export class AppendQueue {
  readonly #tools: AppendTools;
  /** Where a frame and its stamp are put together; LMDB copies the value while `put` runs inside a transaction. */
  #scratch: Buffer = Buffer.allocUnsafeSlow(0);
  #pending: Pending[] = [];
  /** Where partitions end at least: behind the last frame of ours that was read back. */
  readonly #ends = new Map<string, number>();
  #writing: Promise<void> | undefined;

  constructor(tools: AppendTools) {
    this.#tools = tools;
  }

  append(at: TopicPartition, bytes: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ ...at, bytes, signature: this.#tools.signing?.sign(at, bytes), resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** Resolves when everything that was appended has settled. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    await Promise.resolve(); // appends of the same turn share the first transaction too
    while (this.#pending.length > 0) {
      const batch = this.#take();
      try {
        const offsets = this.#proven(
          batch,
          await this.#tools.disk.writeFrames(() => this.#put(batch), pagesBytes + bytesOf(batch)),
        );
        for (const topic of new Set(batch.map((frame) => frame.topic))) this.#tools.bells.ring(bellOf(topic));
        offsets.forEach((offset, index) => batch[index]?.resolve(offset));
      } catch (cause) {
        for (const { reject } of batch) reject(cause);
      }
    }
    this.#writing = undefined;
  }

  #take(): readonly Pending[] {
    let count = 0;
    for (let bytes = 0; count < this.#pending.length; count += 1) {
      bytes += this.#pending[count]?.bytes.length ?? 0;
      if (bytes > transactionBytesMax && count > 0) break;
    }
    return this.#pending.splice(0, count);
  }

  #put(batch: readonly Pending[]): readonly number[] {
    const { disk, clock, diskBytesMax } = this.#tools;
    const extents = new Map<string, PartitionExtent & TopicPartition>();
    // Inside the transaction: nobody else adds meanwhile.
    refuseWhenFull(disk, diskBytesMax, bytesOf(batch));
    const offsets = batch.map(({ topic, partition, bytes, signature }) => {
      const key = `${topic}/${partition}`;
      const extent = extents.get(key) ?? { ...this.#extentOf({ topic, partition }), topic, partition };
      disk.frames.put([topic, partition, extent.end], this.#stamped(clock.now(), bytes));
      if (signature) disk.signatures.put([topic, partition, extent.end], signature);
      extents.set(key, { ...extent, end: extent.end + 1, bytes: extent.bytes + diskBytesOf(bytes.length) });
      return extent.end;
    });
    for (const { topic, partition, ...extent } of extents.values()) disk.extents.put([topic, partition], extent);
    return offsets;
  }

  /** Where the partition ends. An end that went back, or a frame that lies behind it, would be written over: then nothing is. */
  #extentOf(at: TopicPartition): PartitionExtent {
    const { disk } = this.#tools;
    const extent = extentOf(disk, at);
    const ended = this.#ends.get(`${at.topic}/${at.partition}`) ?? 0;
    if (extent.end >= ended && !disk.frames.doesExist([at.topic, at.partition, extent.end])) return extent;
    throw new Transient(
      `the embedded log says that ${at.topic}/${at.partition} ends at ${extent.end}, and has more frames (known to ${ended}); nothing was written over them. ` +
        'Where this does not pass, the files were changed from outside: stop Vigie and restore the log from a backup',
    );
  }

  /**
   * Reads back what is about to be acknowledged, as other processes see it: whatever the database says, no sender is told of a frame that is
   * not there. `offsets` is what the transaction is said to have answered.
   */
  #proven(batch: readonly Pending[], offsets: unknown): readonly number[] {
    const { disk } = this.#tools;
    disk.refresh();
    return batch.map(({ topic, partition, signature }, index) => {
      const offset: unknown = Array.isArray(offsets) ? offsets[index] : undefined;
      const ends = extentOf(disk, { topic, partition }).end;
      if (typeof offset === 'number' && offset < ends && isThere(disk, [topic, partition, offset], signature)) {
        this.#ends.set(`${topic}/${partition}`, offset + 1);
        return offset;
      }
      throw new Transient(
        `a frame of ${topic}/${partition} was written to the embedded log, as it says, and is not there; it has to be appended again`,
      );
    });
  }

  /** Good until the next call. */
  #stamped(ms: number, bytes: Buffer): Buffer {
    const length = stampBytes + bytes.length;
    if (this.#scratch.length < length) this.#scratch = Buffer.allocUnsafeSlow(Math.max(length, scratchBytesMin));
    this.#scratch.writeDoubleBE(ms, 0);
    bytes.copy(this.#scratch, stampBytes);
    return this.#scratch.subarray(0, length);
  }
}

/** Whether the frame of a key is the one that was signed so, or is there at all. */
function isThere(disk: Disk, key: [string, number, number], signature: Buffer | undefined): boolean {
  return signature ? disk.signatures.getBinary(key)?.equals(signature) === true : disk.frames.doesExist(key);
}

const stampBytes = 8;
/** An ordinary frame and its stamp. */
const scratchBytesMin = 256 * 1024 + stampBytes;
const pageBytes = 4096;

/** What a frame takes in the file: LMDB gives a large value whole pages, with a header of 16 bytes. */
export function diskBytesOf(frameBytes: number): number {
  return Math.ceil((frameBytes + stampBytes + 16) / pageBytes) * pageBytes;
}

export function extentOf(disk: Disk, { topic, partition }: TopicPartition): PartitionExtent {
  return disk.extents.get([topic, partition]) ?? { start: 0, end: 0, bytes: 0 };
}

/** When the frame was appended, and its bytes. */
export function unstamped(value: Buffer): { readonly time: number; readonly bytes: Buffer } {
  return { time: value.readDoubleBE(0), bytes: value.subarray(stampBytes) };
}

function bytesOf(batch: readonly Pending[]): number {
  return batch.reduce((sum, { bytes }) => sum + diskBytesOf(bytes.length), 0);
}
