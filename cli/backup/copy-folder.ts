import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { codeOf } from '#libs/runtime/outcome.js';

/** What SQLite writes beside a database is of no use beside a copy that has it inside. */
const besideDatabase = /\.db-(journal|wal|shm)$/;

/** How long somebody may write to a database while it is to be copied, milliseconds. */
const defaultBusyMsMax = 10_000;

/**
 * Copies a folder with all below it while others write there: what is gone before it was copied is left out, since files are replaced whole by others that stand beside them for a
 * moment, and databases of SQLite are copied by SQLite. Makes the folder; leaves out what is neither folder nor file. Rejects where somebody writes to a database for longer than `busyMsMax`.
 */
export async function copyLivingFolder(from: string, to: string, busyMsMax = defaultBusyMsMax): Promise<void> {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyLivingFolder(source, target, busyMsMax);
    else if (entry.name.endsWith('.db')) await copyDatabase(source, target, busyMsMax);
    else if (entry.isFile() && !besideDatabase.test(entry.name)) copyFile(source, target);
  }
}

function copyFile(source: string, target: string): void {
  try {
    copyFileSync(source, target);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
  }
}

async function copyDatabase(source: string, target: string, timeout: number): Promise<void> {
  const database = new DatabaseSync(source, { readOnly: true, timeout });
  try {
    await backup(database, target);
  } catch (cause) {
    throw new Error(`${source} was written to all the while, and could not be copied whole: begin the backup again`, { cause });
  } finally {
    database.close();
  }
}
