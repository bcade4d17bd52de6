import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { messageOf } from '#libs/runtime/outcome.js';
import { Disk, type PartitionExtent } from './disk.js';

/** Address space for looking at a copy, in bytes; a file that is larger takes what it has. */
const mapBytes = 1024 ** 3;

/**
 * Copies the log of a folder into another, while services go on: each of its two files as it is at one moment. Groups come first, so that no offset of
 * theirs lies behind the end of the frames.
 */
export async function copyEmbeddedLog(directory: string, to: string): Promise<void> {
  for (const name of ['groups', 'frames']) {
    mkdirSync(join(to, name), { recursive: true });
    const environment = open({ path: join(directory, name), readOnly: true, maxDbs: 8 });
    try {
      await environment.backup(join(to, name), true);
    } catch (cause) {
      // LMDB says what the system said, and not of which file.
      throw new Error(`the log cannot be copied to ${join(to, name)}: ${messageOf(cause)}`, { cause });
    } finally {
      await environment.close();
    }
  }
}

/** Where the partitions of a log that nobody else has open begin and end, and how many frames are there, by `topic/partition`. */
export async function embeddedLogFacts(
  directory: string,
): Promise<ReadonlyMap<string, PartitionExtent & { readonly frames: number }>> {
  const disk = new Disk(directory, mapBytes);
  try {
    return new Map(
      [...disk.extents.getRange({})].map(({ key: [topic, partition], value }) => {
        const frames = disk.frames.getKeysCount({ start: [topic, partition, 0], end: [topic, partition, Infinity] });
        return [`${topic}/${partition}`, { ...value, frames }];
      }),
    );
  } finally {
    await disk.close();
  }
}
