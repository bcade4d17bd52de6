import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ChainHead, readHead } from '#libs/audit/chain.js';
import { instant } from '../option-values.js';
import type { VerifyOptions } from './verify.js';

/** `vigie audit`: who looked. */
export function addAuditCommands(program: Command): void {
  program
    .command('audit')
    .description('who looked at cases')
    .command('verify')
    .description('check that no row of the audit was changed, taken out or put in; ends with 1 when one was, and names the first')
    .option('--from <time>', 'chains that have a row at this time or later', instant)
    .option('--to <time>', 'chains that have a row before this time', instant)
    .addOption(
      new Option(
        '--head <chain:rows:sha256>',
        'a head that was kept elsewhere, as the log line has it: its chain must still have that many rows, and that digest there; may be given again',
      )
        .argParser((text, before: readonly ChainHead[] = []) => [...before, keptHead(text)])
        .conflicts(['from', 'to']),
    )
    .action(async (options: VerifyOptions) => (await import('./verify.js')).verifyCommand(options));
}

function keptHead(text: string): ChainHead {
  const head = readHead(text);
  if (head) return head;
  throw new InvalidArgumentError(
    'It must be the chain (32 hexadecimal digits), its rows and the digest (13 digits of it or more), joined by colons.',
  );
}
