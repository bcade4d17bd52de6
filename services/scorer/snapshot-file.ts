import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { filling } from './filling.js';
import { waiting } from './outbox.js';

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
  /** What the windows still lacked. */
  filling: filling.optional(),
  /** What had been decided and not appended, in order: to be appended before anything else. */
  waiting: z.array(waiting).optional(),
});
export type SnapshotHeader = z.infer<typeof headerSchema>;

export interface Snapshot {
  readonly header: SnapshotHeader;
  readonly chunks: readonly Buffer[];
}

/** Writes beside the old file, fsyncs, and renames over it: a crash leaves either the old or the new one. Resolves with its bytes. */
export async function writeSnapshot(path: string, header: SnapshotHeader, chunks: Iterable<Uint8Array>): Promise<number> {
  const temporary = `${path}.writing`;
  const file = await open(temporary, 'w');
  let bytes = magic.length;
  try {
    await file.write(magic);
    for (const chunk of records(header, chunks)) {
      const head = Buffer.alloc(recordHeadBytes);
      head.writeUInt32LE(chunk.length, 0);
      head.writeUInt32LE(crc32(chunk), 4);
      await file.writev([head, chunk]);
      bytes += recordHeadBytes + chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
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

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** Resolves with undefined where there is no file; rejects with what is wrong where there is one that cannot be used. */
export async function readSnapshot(path: string): Promise<Snapshot | undefined> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  if (!bytes) return undefined;
  if (!bytes.subarray(0, magic.length).equals(magic)) throw new Error(`${path} does not begin as a snapshot`);
  const [head, ...chunks] = [...split(path, bytes)];
  const header = headerSchema.parse(JSON.parse((head ?? Buffer.alloc(0)).toString()));
  return { header, chunks };
}

function* split(path: string, bytes: Buffer): Iterable<Buffer> {
  for (let at = magic.length; ;) {
    if (at + recordHeadBytes > bytes.length) throw new Error(`${path} is cut at byte ${at}`);
    const length = bytes.readUInt32LE(at);
    const record = bytes.subarray(at + recordHeadBytes, at + recordHeadBytes + length);
    if (record.length < length) throw new Error(`${path} is cut in the record at byte ${at}`);
    if (crc32(record) !== bytes.readUInt32LE(at + 4)) throw new Error(`${path} was changed: wrong checksum at byte ${at}`);
    if (length === 0) return;
    yield record;
    at += recordHeadBytes + length;
  }
}

/** Sets a file that cannot be used aside, so that a person can look at it. */
export async function setAside(path: string): Promise<void> {
  await rename(path, `${path}.unusable`).catch(() => rm(path, { force: true }));
}
