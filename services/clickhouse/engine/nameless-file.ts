import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Runs `work` with the path of a file that holds the bytes: open in this process only, without a name in any folder, so that neither
 * another user nor a crash finds it.
 */
export async function withNamelessFile<T>(folder: string, bytes: Buffer, work: (path: string) => Promise<T>): Promise<T> {
  const name = join(folder, `data-${randomUUID()}`);
  const file = await open(name, 'wx+', 0o600);
  try {
    await unlink(name);
    await fill(file, bytes);
    return await work(`/dev/fd/${file.fd}`);
  } finally {
    await file.close();
  }
}

/** Writes by position: where `/dev/fd` shares the descriptor's place, reading begins at the first byte all the same. */
async function fill(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
}
