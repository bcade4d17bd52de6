import { type Command, Option } from 'commander';
import { systemClock } from '#libs/runtime/clock.js';
import type { EraseOptions } from './erase.js';

/** `vigie erase`: what an installation holds of a patient, an account or a group goes. */
export function addEraseCommand(program: Command): void {
  program
    .command('erase')
    .description(
      'take away what is stored of a patient, of an account of a group, or of a group; what the law keeps is held, and said. Keeps a record of it',
    )
    .option('--patient <pseudonym>', 'as vigie pseudonymise derives it; never an identifier')
    .option('--group <group_id>', 'the group that leaves; with --account, whose account; with --patient, the only one to look in')
    .option('--account <actor_id>', 'an account of the group')
    .option(
      '--again <id-or-file>',
      'repeat an erasure after a backup of before it was restored: its id, or the file of its record',
    )
    .option('--reason <text>', 'why; it stays in the record')
    .option('--by <name>', 'who answers for it; it stays in the record')
    .option('--dry-run', 'show what would go and what would stay, and change nothing')
    .addOption(new Option('--format <format>', 'how; json is the record to keep').choices(['text', 'json']).default('text'))
    .action(async (options: EraseOptions) => (await import('./erase.js')).eraseCommand(options, systemClock));
}
