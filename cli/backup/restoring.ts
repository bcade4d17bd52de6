import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '#libs/runtime/config.js';

/** Stands in a data folder from the first byte that a restore puts there until the last one was compared. */
export const restoringFile = 'restore-not-finished';

/** Throws `ConfigError` for a data folder in which a restore was broken off: what is missing there would be missing without a word. */
export function refuseHalfRestored(dataDir: string): void {
  if (existsSync(join(dataDir, restoringFile)))
    throw new ConfigError(
      `VIGIE_DATA_DIR: a restore into ${dataDir} was broken off, or still goes on, and a part of the backup is missing there; wait for its end, or empty the folder and run vigie restore again`,
    );
}
