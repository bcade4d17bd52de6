import { accessSync, constants, statfsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '#libs/runtime/outcome.js';

/** So many bytes of a file are written to find out whether a disk that has failed takes any again. */
const triedBytes = 64 * 1024;

/** What is asked of the disk below a folder; each throws what the system says. */
export interface DiskAsks {
  /** Bytes that are left to who asks; undefined where the file system does not say. */
  readonly left: () => number | undefined;
  /** Throws where nothing can be written, as far as that is known without writing. */
  readonly open: () => void;
  /** Rejects where a file cannot be written. */
  readonly write: () => Promise<void>;
}

/** A refusal in the place of LMDB: `cause` is the system's error, absent where there is too little room. */
export class NotTried extends Error {}

/**
 * Asks the disk before LMDB does. What a write of its is refused, LMDB 3.5.6 puts into 100 bytes of memory that the text may be longer than, so that on a disk that is full or only reads each
 * try may end the process (`corrupted size vs. prev_size`), besides a stack on its output. What can be known is therefore known before, and after a failure an ordinary file is written first.
 */
export class WriteGuard {
  #hasFailed = false;

  constructor(private readonly asks: DiskAsks) {}

  /** Rejects with `NotTried` when it is known that so many bytes cannot be written. */
  async before(bytes: number): Promise<void> {
    const left = bytes > 0 ? this.asks.left() : undefined;
    if (left !== undefined && left < bytes)
      throw new NotTried(`No space left on device: ${left} bytes are left, and a write may need ${bytes}`);
    try {
      this.asks.open();
      if (this.#hasFailed) await this.asks.write();
    } catch (cause) {
      throw new NotTried(String(cause), { cause });
    }
    this.#hasFailed = false;
  }

  /** LMDB was refused a write. */
  failed(): void {
    this.#hasFailed = true;
  }
}

/** Of the disk that a folder lies on. `name` tells those apart who ask in one folder at the same time. */
export function asksOf(directory: string, name: string): DiskAsks {
  const tried = join(directory, `.tried-${name}-${process.pid}`);
  return {
    left() {
      const { blocks, bavail, bsize } = statfsSync(directory);
      return blocks > 0 ? bavail * bsize : undefined;
    },
    open() {
      try {
        accessSync(directory, constants.W_OK);
      } catch (cause) {
        // A folder may be closed to new names, and the files in it open.
        if (codeOf(cause) === 'EROFS') throw cause;
      }
    },
    async write() {
      try {
        await writeFile(tried, Buffer.alloc(triedBytes), { flush: true });
      } finally {
        await rm(tried, { force: true }).catch(() => {});
      }
    },
  };
}
