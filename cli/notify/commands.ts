import { type Command, Option } from 'commander';
import { levels } from '#libs/contracts/incident.js';
import { instant } from '../option-values.js';
import type { MuteOptions } from './mutes.js';

/** `vigie notify` and `vigie mutes`: who is told of cases, and what is kept back. */
export function addNotifyCommands(program: Command): void {
  const notify = program.command('notify').description('who is told of cases, by VIGIE_ROUTING_FILE');
  notify
    .command('check')
    .description('read the file of routing and tell every mistake in its line')
    .action(async () => (await import('./plan.js')).checkRoutingCommand());
  notify
    .command('plan')
    .argument('<case_id>', 'a case, or the first digits of its id')
    .option(
      '--until <time>',
      'what would be told until then, if nobody does anything; a day from now where it is left out',
      instant,
    )
    .description('show what was to be told of a case, to whom and when, and what will be')
    .action(async (id: string, options: { until?: number }) => (await import('./plan.js')).planCommand(id, options));
  notify
    .command('test')
    .argument('<receiver>', 'its name in the file')
    .description('send a message of kind test to one receiver, and show the answer')
    .action(async (name: string) => (await import('./try-receiver.js')).tryReceiverCommand(name));
  addMuteCommands(program);
}

function addMuteCommands(program: Command): void {
  const mutes = program
    .command('mutes')
    .description('messages of cases that are kept back for a time; cases are recorded all the same');
  mutes
    .command('add')
    .requiredOption('--group <group_id>', 'the group of the cases')
    .requiredOption('--until <time>', 'its end, at most seven days ahead', instant)
    .requiredOption('--owner <name>', 'who answers for it')
    .requiredOption('--reason <text>', 'why')
    .option('--from <time>', 'its beginning; now where it is left out', instant)
    .option('--actor <actor_id>', 'cases of this account only')
    .option('--clinic <clinic_id>', 'cases of this clinic alone')
    .option('--rule <rule_id>', 'cases of this rule alone')
    .addOption(new Option('--level-max <level>', 'cases up to this level').choices(levels))
    .option('--critical', 'critical cases, too: without it they are told whatever is muted')
    .description('keep messages back')
    .action(async (options: MuteOptions) => (await import('./mutes.js')).addMute(options));
  mutes
    .command('list')
    .option('--all', 'those that ended in the last thirty days, too')
    .description('show the mutes that run or will')
    .action(async (options: { all?: boolean }) => (await import('./mutes.js')).listMutes(options));
  mutes
    .command('remove')
    .argument('<mute_id>', 'its id, or the first digits of it')
    .description('end a mute now: what is still new is told')
    .action(async (id: string) => (await import('./mutes.js')).removeMute(id));
}
