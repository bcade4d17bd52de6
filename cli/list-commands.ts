import type { Command } from 'commander';
import type { CanaryOptions } from './canary.js';
import type { AddOptions } from './lists.js';

/** `vigie lists`, `vigie clinics` and `vigie canary`: what rules compare accesses with. */
export function addListCommands(program: Command): void {
  const lists = program.command('lists').description('the lists that rules name, in ClickHouse');
  lists
    .command('show')
    .argument('[name]', 'a list; all of them where it is left out')
    .description('show the lists, or the values of one')
    .action(async (name?: string) => (await import('./lists.js')).showLists(name));
  lists
    .command('add')
    .argument('<name>', 'the list: service_accounts is %service_accounts% in a rule')
    .description('add the values of standard input, one a line')
    .option('--group <group_id>', 'for accesses of this group only')
    .option('--from <time>', 'for accesses from this day or instant on')
    .option('--until <time>', 'for accesses before this day or instant')
    .option('--owner <name>', 'who answers for it')
    .option('--reason <text>', 'why')
    .action(async (name: string, options: AddOptions) => (await import('./lists.js')).addToList(name, options));
  lists
    .command('remove')
    .argument('<name>', 'the list')
    .description('take the values of standard input out')
    .option('--group <group_id>', 'those of this group only')
    .action(async (name: string, options: { group?: string }) => (await import('./lists.js')).removeFromList(name, options));
  program
    .command('clinics')
    .description('the register of clinics, in ClickHouse')
    .command('import')
    .argument('<file>', 'CSV: group_id,clinic_id,name,opened_at,closed_at,controller_id; - for standard input')
    .description('load a register; clinics that it does not name stay as they are')
    .action(async (file: string) => (await import('./clinics.js')).importClinics(file));
  const canary = program
    .command('canary')
    .description('planted records that nobody has a reason to open; only pseudonyms are kept');
  for (const how of ['add', 'remove'] as const)
    canary
      .command(how)
      .description(`${how} the patients whose identifiers are on standard input, one a line`)
      .requiredOption('--group <group_id>', 'whose key makes the pseudonyms')
      .option('--authority <authority>', "assigning authority of the identifiers; the group's own where it is left out")
      .option('--file', 'in the text file of VIGIE_LISTS_DIR, not in ClickHouse')
      .action(async (options: CanaryOptions) => (await import('./canary.js')).changeCanaries(how, options));
  canary
    .command('show')
    .description('how many there are, and their pseudonyms')
    .option('--file', 'those of the text file')
    .action(async (options: { file?: boolean }) => (await import('./canary.js')).showCanaries(options));
}
