import type { Command } from 'commander';
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
    .action(async (options: VerifyOptions) => (await import('./verify.js')).verifyCommand(options));
}
