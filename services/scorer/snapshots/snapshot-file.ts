// snapshots/: the state of a partition as a file stamped with the offset that it stands for, written beside the stream.
// Offsets are committed only after it.

import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { filling } from '../judge/filling.js';
import { waiting } from '../judge/outbox.js';
import { renamings } from '../judge/renaming.js';

/**
 * A snapshot file: `VIGIE-SNAPSHOT 1\n`, then records of {length: u32 LE, crc32: u32 LE, bytes}. The first record is the header as
 * JSON, the others are the engine's chunks, and an empty record ends the file. A file that was cut or changed anywhere reads as none.
 */
const magic = Buffer.from('VIGIE-SNAPSHOT 1\n');
const recordHeadBytes = 8;

const headerSchema = z.object({
  /** The next offset to read: everything before it is in the state. */
  offset: z.int().nonnegative(),
  /** Wall clock, for the person who looks at it. */
  written_at: z.string(),
  /** What windows the rules needed (`windowKeys`): those of other rules begin empty. */
  windows: z.array(z.string()).optional(),
  /** By what the rules raised incidents (`raisingKeys`): what others would have raised over these windows is found. Left out by versions that did not say. */
  raising: z.array(z.string()).optional(),
  /** A digest of the rules that judged, lists and register in it (`digestOf`); left out by versions that did not say. */
  rules: z.string().optional(),
  /** What the windows still lacked. */
  filling: filling.optional(),
  /** Of a subject's topic: how far each partition of the accesses has been relayed to it. */
  relayed: z.array(z.tuple([z.int().nonnegative(), z.int()])).optional(),
  /** Incidents that go on under the ids by which they were told before all was judged again. */
  renamed: renamings.optional(),
  /** What had been decided and not appended, in order: to be appended before anything else. */
  waiting: z.array(waiting).optional(),
});
export type SnapshotHeader = z.infer<typeof headerSchema>;

export interface Snapshot {
  readonly header: SnapshotHeader;
  /** Read and checked one after the other as they are asked for, so that a file of any size fits into memory. To be asked for once, to the end. */
  readonly chunks: AsyncIterable<Buffer>;
}

/**
 * Writes beside the old file, fsyncs, and renames over it: a crash leaves either the old or the new one. Resolves with its bytes; with 0, and the old file as it
 * was, where that is of a later offset: whoever wrote it has the partition.
 */
export async function writeSnapshot(
  path: string,
  header: SnapshotHeader,
  chunks: Iterable<Uint8Array>,
  temporary = `${path}.writing`,
): Promise<number> {
  const file = await open(temporary, 'w');
  let bytes = magic.length;
  try {
    await file.write(magic);
    for (const chunk of records(header, chunks)) {
      const head = Buffer.alloc(recordHeadBytes);
      head.writeUInt32LE(chunk.length, 0);
      head.writeUInt32LE(crc32(chunk), 4);
      const { bytesWritten } = await file.writev([head, chunk]);
      // A disk that fills takes a part and says so only when it is asked again.
      if (bytesWritten !== recordHeadBytes + chunk.length)
        throw new Error(`${temporary}: the disk took a part of it only: free space on it`);
      bytes += bytesWritten;
    }
    await file.sync();
  } catch (cause) {
    // What is of no use would hold room on a disk that has none.
    await rm(temporary, { force: true }).catch(() => {});
    throw cause;
  } finally {
    await file.close();
  }
  if ((await offsetAt(path)) > header.offset) {
    await rm(temporary, { force: true });
    return 0;
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
  return bytes;
}

function* records(header: SnapshotHeader, chunks: Iterable<Uint8Array>): Iterable<Uint8Array> {
  yield Buffer.from(JSON.stringify(header));
  for (const chunk of chunks) if (chunk.length) yield chunk;
  yield Buffer.alloc(0);
}

/** -1 where there is no file, or none that can be used. */
async function offsetAt(path: string): Promise<number> {
  const there = await readSnapshot(path).catch(() => undefined);
  return there?.header.offset ?? -1;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/**
 * Resolves with undefined where there is no file; rejects, or the chunks do, with what is wrong where there is one that cannot be used. Nothing
 * of a file may be trusted before its last chunk was read.
 */
export async function readSnapshot(path: string): Promise<Snapshot | undefined> {
  const records = await recordsAt(path);
  if (!records) return undefined;
  const head = await records.next();
  await records.return(undefined);
  if (head.done) throw new Error(`${path} has no header`);
  const header = headerSchema.parse(JSON.parse(head.value.toString()));
  return { header, chunks: chunksOf(path, head.value) };
}

/** What stands behind the header. The file is opened when the first is asked for, so that whoever wants the header only leaves nothing open. */
async function* chunksOf(path: string, header: Buffer): AsyncGenerator<Buffer> {
  const records = await recordsAt(path);
  const head = await records?.next();
  if (!records || !head || head.done || !head.value.equals(header)) {
    await records?.return(undefined);
    throw new Error(`${path} was replaced while it was read`);
  }
  yield* records;
}

async function recordsAt(path: string): Promise<AsyncGenerator<Buffer, undefined> | undefined> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  return file && recordsOf(path, file);
}

/** Closes the file at the end, whatever that is. */
async function* recordsOf(path: string, file: FileHandle): AsyncGenerator<Buffer, undefined> {
  try {
    const { size } = await file.stat();
    if (!(await bytesAt(file, 0, Math.min(size, magic.length))).equals(magic))
      throw new Error(`${path} does not begin as a snapshot`);
    for (let at = magic.length; ;) {
      if (at + recordHeadBytes > size) throw new Error(`${path} is cut at byte ${at}`);
      const head = await bytesAt(file, at, recordHeadBytes);
      const length = head.readUInt32LE(0);
      if (at + recordHeadBytes + length > size) throw new Error(`${path} is cut in the record at byte ${at}`);
      const record = await bytesAt(file, at + recordHeadBytes, length);
      if (crc32(record) !== head.readUInt32LE(4)) throw new Error(`${path} was changed: wrong checksum at byte ${at}`);
      if (length === 0) return;
      yield record;
      at += recordHeadBytes + length;
    }
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let read = 0; read < length;) {
    const { bytesRead } = await file.read(bytes, read, length - read, from + read);
    if (bytesRead === 0) return bytes.subarray(0, read);
    read += bytesRead;
  }
  return bytes;
}

/** Sets a file that cannot be used aside, so that a person can look at it. */
export async function setAside(path: string): Promise<void> {
  await rename(path, `${path}.unusable`).catch(() => rm(path, { force: true }));
}
