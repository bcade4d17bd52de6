import { constants } from 'node:os';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { Transient } from '#libs/runtime/outcome.js';
import type { GroupState } from '../member/group-state.js';
import { asksOf, type DiskAsks, NotTried, WriteGuard } from './write-guard.js';

/** What is known of a partition without reading its frames. */
export interface PartitionExtent {
  /** Offset of the oldest frame that is still there. */
  readonly start: number;
  /** The next offset to be written. */
  readonly end: number;
  /** Of the frames that are there, in whole pages as the file takes them. */
  readonly bytes: number;
}

/**
 * Two LMDB environments: frames, and groups, so that a commit never waits for a frame's fsync.
 * `overlappingSync` is off: with it a transaction is acknowledged, and seen by others, before it is on disk. So is `eventTurnBatching`: what it begins is held by nobody,
 * and a commit that fails would be a rejection that nobody handles, which ends the process.
 */
export class Disk {
  readonly #frames: RootDatabase;
  readonly #groups: RootDatabase;
  readonly #guards: { readonly frames: WriteGuard; readonly groups: WriteGuard };
  /** Key `[topic, partition, offset]`; value: 8 bytes of time (milliseconds, big-endian double), then the frame. */
  readonly frames: Database<Buffer, [string, number, number]>;
  /** Beside the frame of the same key; absent where it was appended without a key. */
  readonly signatures: Database<Buffer, [string, number, number]>;
  readonly extents: Database<PartitionExtent, [string, number]>;
  readonly topics: Database<number, string>;
  readonly groups: Database<GroupState, string>;

  constructor(directory: string, mapBytes: number, asks: (name: string) => DiskAsks = (name) => asksOf(directory, name)) {
    this.#guards = { frames: new WriteGuard(asks('frames')), groups: new WriteGuard(asks('groups')) };
    const common = { eventTurnBatching: false, overlappingSync: false, maxDbs: 8, maxReaders: 512, noMemInit: false };
    this.#frames = open({ ...common, path: join(directory, 'frames'), mapSize: mapBytes });
    this.#groups = open({ ...common, path: join(directory, 'groups'), mapSize: 256 * 1024 * 1024 });
    this.frames = this.#frames.openDB({ name: 'frames', encoding: 'binary' });
    this.signatures = this.#frames.openDB({ name: 'signatures', encoding: 'binary' });
    this.extents = this.#frames.openDB({ name: 'extents', encoding: 'json' });
    this.topics = this.#frames.openDB({ name: 'topics', encoding: 'json' });
    this.groups = this.#groups.openDB({ name: 'groups', encoding: 'json' });
    this.#frames.readerCheck();
    this.#groups.readerCheck();
  }

  /**
   * Runs `work` in the write transaction of the frames; resolves once it is on disk, and undoes everything when `work` throws. Rejects with `Transient` where the disk
   * has no room for `bytes`; what only takes away needs none, for pages are used again.
   */
  writeFrames<T>(work: () => T, bytes = 0): Promise<T> {
    return durably(this.#guards.frames, bytes, () => this.#frames.childTransaction(work));
  }

  writeGroups<T>(work: () => T): Promise<T> {
    return durably(this.#guards.groups, 0, () => this.#groups.childTransaction(work));
  }

  /** Makes the next reads see what other processes have committed by now; a snapshot may otherwise be some milliseconds old. */
  refresh(): void {
    this.#frames.resetReadTxn();
    this.#groups.resetReadTxn();
  }

  /** Gives up what killed processes held, which would keep pages from being used again. */
  dropDeadReaders(): void {
    this.#frames.readerCheck();
    this.#groups.readerCheck();
  }

  async close(): Promise<void> {
    await this.#frames.close();
    await this.#groups.close();
  }
}

/** LMDB's and the system's words for "no room". */
const noRoom = /MDB_MAP_FULL|MDB_TXN_FULL|ENOSPC|EDQUOT|EFBIG|No space left|File too large|quota/i;

/**
 * What to say of a write that failed outside of this process, and undefined of a bug: it passes, or a person must act, but no frame is lost meanwhile. LMDB gives what the system
 * refused the system's number (30 of EROFS, as after an error of the disk, 5 of EIO), and its own errors numbers below zero. It says EIO of a full disk too, where that took a part of a write.
 */
export function failureOfDisk(cause: unknown): string | undefined {
  const text = String(cause);
  if (noRoom.test(text)) return `the embedded log cannot write to its disk (${text}): free space or enlarge the volume`;
  const code = numberOf(cause);
  if (code <= 0) return undefined;
  const what = code === constants.errno.EIO ? 'the disk is full (df), or it' : 'the disk';
  return `the embedded log cannot write to its disk (${text}): ${what} or its file system has failed, as the system's own log says (dmesg)`;
}

/** Of a system's error, LMDB's or Node's, which has it with a minus; zero of anything else. */
function numberOf(cause: unknown): number {
  if (typeof cause !== 'object' || cause === null) return 0;
  if ('code' in cause && typeof cause.code === 'number') return cause.code;
  return 'errno' in cause && typeof cause.errno === 'number' ? -cause.errno : 0;
}

async function durably<T>(guard: WriteGuard, bytes: number, write: () => Promise<T>): Promise<T> {
  try {
    await guard.before(bytes);
    return await write();
  } catch (failure) {
    const cause = failure instanceof NotTried ? (failure.cause ?? failure) : await reasonOf(failure);
    const text = failureOfDisk(cause);
    if (text === undefined) throw cause;
    guard.failed();
    throw new Transient(text, { cause });
  }
}

/** A failed commit carries its reason as a promise that rejects. */
async function reasonOf(failure: unknown): Promise<unknown> {
  if (typeof failure !== 'object' || failure === null || !('commitError' in failure)) return failure;
  try {
    await failure.commitError;
    return failure;
  } catch (reason) {
    return reason;
  }
}
