import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, outcomeOf } from './attack.js';

/** Another user of the machine reads nothing: log, store, snapshots, logs and keys are the owner's. */
export const fileModes: Attack = {
  name: 'file-modes',
  title: 'another user of the machine who reads or writes log, store, snapshots, logs or keys below the data folder',
  quick: true,
  async run(target) {
    await target.settled();
    const { dataDir } = target.vigie;
    const all = [dataDir, ...readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).map((name) => join(dataDir, name))];
    const open = all.flatMap((path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      const mode = (found?.mode ?? 0) & 0o777;
      return found && !found.isSymbolicLink() && (mode & 0o077) !== 0
        ? [`${path.slice(dataDir.length) || '/'} has mode ${mode.toString(8)}`]
        : [];
    });
    return outcomeOf(open, `${all.length} files and folders, all of them closed`);
  },
};
