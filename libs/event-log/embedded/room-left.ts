import { Transient } from '#libs/runtime/outcome.js';
import type { Disk } from './disk.js';

/** Bytes that the frames of all partitions take on disk, but for those of some topics. */
export function heldBytes(disk: Disk, without: readonly string[] = []): number {
  let bytes = 0;
  for (const { key, value } of disk.extents.getRange({})) if (!without.includes(key[0])) bytes += value.bytes;
  return bytes;
}

/** Throws `Transient` when so many bytes more are more than the log may hold: nothing goes that a group has not finished. */
export function refuseWhenFull(disk: Disk, bytesMax: number, bytes: number): void {
  const held = heldBytes(disk);
  if (held + bytes <= bytesMax) return;
  throw new Transient(
    `the embedded log is full: it holds ${held} bytes of at most ${bytesMax}, and a group of readers has not ` +
      `finished the oldest ones. Nothing is dropped; let the readers catch up, or raise the limit.`,
  );
}
