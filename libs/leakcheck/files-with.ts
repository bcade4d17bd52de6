import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Paths of the files below a folder whose bytes hold one of some texts, as they lie on the disk. Files that go away meanwhile, which a store does all the
 * time, hold nothing: grep says 2 for one of them even when it found others, so what it found counts and not its exit code. Throws where the folder is not there, or grep is not.
 */
export function filesWith(folder: string, ...texts: readonly string[]): readonly string[] {
  if (!existsSync(folder)) throw new Error(`nothing can be found in ${folder}, which is not there`);
  const { stdout, status, error } = spawnSync('grep', ['-rlaFs', ...texts.flatMap((text) => ['-e', text]), '--', folder], {
    encoding: 'utf8',
  });
  if (error || status === null || status > 2) throw new Error(`grep could not look into ${folder}`, { cause: error });
  return stdout.split('\n').filter(Boolean);
}
