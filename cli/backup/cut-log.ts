import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '#libs/runtime/config.js';
import { compiledModule } from '#libs/runtime/paths.js';

/** The command of `vigie` by which a process of its own looks at the files of a log, and ends with 0 where they are whole. */
export const lookCommand = 'look-at-log';

const remedy = 'put a backup back (vigie restore, into an empty data folder), and have the sources send again what came after it';

/** Rejects with `ConfigError` where a file of the embedded log in a folder ends before its contents do, or cannot be read: each service would be ended by the system, again and again. */
export async function refuseCutLog(directory: string): Promise<void> {
  if (!existsSync(join(directory, 'frames', 'data.mdb'))) return;
  const child = spawn(process.execPath, [compiledModule('cli/vigie'), lookCommand, directory], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const [code, signal]: readonly unknown[] = await once(child, 'close');
  if (code === 0) return;
  if (signal === null)
    throw new ConfigError(
      `the embedded log in ${directory} cannot be read (${said.trim().slice(0, 300)}): nothing was started. Where its files were changed, ${remedy}`,
    );
  throw new ConfigError(
    `the embedded log in ${directory} was cut short or changed from outside (${String(signal)} ended whoever read it): what it says it has is not there. Nothing was started: ${remedy}`,
  );
}
