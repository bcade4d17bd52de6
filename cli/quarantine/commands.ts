import type { Command } from 'commander';
import type { KeygenOptions } from './keygen.js';
import type { ChoiceOptions } from './list.js';
import type { ReplayOptions } from './replay.js';

/** `vigie quarantine ...`: what could not be read, and how it is read again. */
export function addQuarantineCommands(program: Command): void {
  const quarantine = program.command('quarantine').description('what could not be read, and reading it again');
  quarantine
    .command('keygen')
    .description(
      'make the key pair of a group: records are sealed to its public half, and only who has the private one opens them',
    )
    .requiredOption('--group <group_id>', 'whose key')
    .option('--out <file>', 'where the private key goes; quarantine.GROUP.key where it is left out')
    .action(async (options: KeygenOptions) => (await import('./keygen.js')).keygenCommand(options));
  choices(quarantine.command('list'))
    .description('what is in quarantine by source and reason, open and replayed; shows no content')
    .action(async (options: ChoiceOptions) => (await import('./list.js')).listQuarantineCommand(options));
  choices(quarantine.command('replay'))
    .description("read sealed records again by their source's configuration of today, and send them under its token")
    .requiredOption('--key <file>', 'the private key of the group')
    .option('--dry-run', 'show what they would become, without an identifier, and send nothing')
    .option('--token-file <file>', 'the token of the source')
    .option('--url <url>', "where the ingestor answers; this machine's where it is left out")
    .action(async (options: ReplayOptions) => (await import('./replay.js')).replayCommand(options));
}

function choices(command: Command): Command {
  return command
    .option('--group <group_id>', 'of one group')
    .option('--source <name>', 'of one source')
    .option('--reason <reason>', 'of one reason')
    .option('--since <time>', 'received at this time or later');
}
