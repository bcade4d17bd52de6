import { type Command, Option } from 'commander';
import { roles } from '#services/console/users/users.js';
import { namesUnknown } from '../syntax/named-command.js';
import type { AddOptions, SetOptions } from './users.js';

const role = () => new Option('--role <role...>', 'what they may do').choices(roles);

/** `vigie console users`: who logs in to the console's pages with a password and a code. No password is ever asked for here. */
export function addConsoleCommands(program: Command): void {
  const users = program
    .command('console')
    .description('the console of this machine')
    .command('users')
    .description('who logs in to its pages with a password and a code');
  users
    .command('add')
    .argument('<id>', 'who: as the audit and the cases name them')
    .description('make an account, and the link by which its person chooses a password and a code, once and within three days')
    .addOption(role().makeOptionMandatory())
    .option('--clinics <clinic...>', 'the clinics that they see; all where they are left out')
    .action(async (id: string, options: AddOptions) => (await import('./users.js')).addUserCommand(id, options));
  namesUnknown(users.command('list', { isDefault: true }))
    .description('who has an account, what they may, and when they came last')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }) => (await import('./users.js')).listUsersCommand(options));
  users
    .command('set')
    .argument('<id>')
    .description('change roles or clinics, from the next request of their session on')
    .addOption(role())
    .addOption(new Option('--clinics <clinic...>', 'the clinics that they see').conflicts('allClinics'))
    .option('--all-clinics', 'they see all')
    .action(async (id: string, options: SetOptions) => (await import('./users.js')).setUserCommand(id, options));
  for (const [name, description] of [
    [
      'reset',
      'take password, codes and sessions away and make a new link: for who has lost their phone or forgotten their password',
    ],
    ['disable', 'let somebody in no more, at once'],
    ['enable', 'let somebody in again, by the password and the codes that they had'],
    ['end-sessions', 'end every session of somebody, at once'],
  ] as const)
    users
      .command(name)
      .argument('<id>')
      .description(description)
      .action(async (id: string) => (await import('./users.js')).changeUserCommand(name, id));
  users
    .command('import')
    .argument('[file]', 'a file of users with tokens; VIGIE_CONSOLE_USERS_FILE where it is left out')
    .description(
      'make an account for everybody of the file who has none, with their roles and clinics, and a link for each; their tokens stay for programs',
    )
    .action(async (file?: string) => (await import('./users.js')).importUsersCommand(file));
  users
    .command('history')
    .description('who was added, changed, reset or disabled by these commands, when, and by whom')
    .action(async () => (await import('./users.js')).historyCommand());
}
