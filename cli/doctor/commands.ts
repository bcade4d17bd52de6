import { type Command, Option } from 'commander';
import { services } from '#libs/contracts/vocabulary.js';
import type { DoctorOptions } from './doctor.js';

/** `vigie doctor`: what an installation lacks. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'say what this installation lacks, and what to do: configuration, log, store, clock, lists, feeds, certificates, backups',
    )
    .addOption(
      new Option(
        '--service <names...>',
        'whose configuration and rights this environment is; all of them where it is left out',
      ).choices(services),
    )
    .option('--backup-stamp <file>', 'a file that the job which makes backups touches when it has ended well')
    .addOption(new Option('--format <format>', 'how').choices(['text', 'json']).default('text'))
    .action(async (options: DoctorOptions) => (await import('./doctor.js')).doctorCommand(options));
}
