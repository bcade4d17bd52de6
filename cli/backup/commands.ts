import type { Command } from 'commander';
import { systemClock } from '#libs/runtime/clock.js';
import type { BackupOptions } from './backup.js';
import type { DrillOptions } from './drill.js';
import type { RestoreSource } from './restore.js';
import { lookCommand } from './cut-log.js';

type Refusal = (cause: unknown) => never;

/** `vigie backup`, `vigie restore`, `vigie drill restore`. They start the embedded engine, which not every image has: `refuse` says so. */
export function addBackupCommands(program: Command, refuse: Refusal, wholeNumber: (text: string) => number): void {
  program
    .command('backup')
    .description('copy log, store, snapshots, dossiers and keys of this machine, while Vigie runs')
    .requiredOption('--to <folder>', 'an empty folder, or one that is made')
    .requiredOption('--keys-to <folder>', 'the same for the keys, which belong elsewhere')
    .action(async (options: BackupOptions) => (await import('./backup.js')).backupCommand(options, systemClock));
  // `vigie start` asks it of a process of its own.
  program
    .command(lookCommand, { hidden: true })
    .argument('<folder>')
    .action(async (folder: string) =>
      (await import('#libs/event-log/embedded/whole-files.js').catch(refuse)).readWhatMayBeMissing(folder),
    );
  program
    .command('restore')
    .description('put a backup into the empty data folder of this machine')
    .requiredOption('--from <folder>', 'what vigie backup wrote')
    .requiredOption('--keys-from <folder>', 'the keys of the same backup')
    .action(async (options: RestoreSource) => (await import('./restore.js').catch(refuse)).restoreCommand(options, systemClock));
  program
    .command('drill')
    .description('try what must work on the worst day')
    .command('restore')
    .description('restore a backup into an empty place, compare it, and say what would be lost and how long it takes')
    .requiredOption('--from <folder>', 'what vigie backup wrote')
    .requiredOption('--keys-from <folder>', 'the keys of the same backup')
    .option('--port-base <number>', 'ports that nobody uses', wholeNumber, 27_410)
    .option('--within <folder>', 'where the place is made and removed again, with room for the whole store')
    .action(async (options: DrillOptions) => (await import('./drill.js').catch(refuse)).drillCommand(options, systemClock));
}
