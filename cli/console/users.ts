import { printable } from '#libs/contracts/visible-text.js';
import { type Clock, isoOf, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { type Account, AccountFile } from '#services/console/accounts/account-file.js';
import { addAccount, disableAccount, endSessions, resetAccount, setAccount } from '#services/console/accounts/keep-accounts.js';
import { localAccountsFile } from '#services/console/config.js';
import { readUsersFile } from '#services/console/users/users-file.js';
import { type Role, userIdShape } from '#services/console/users/users.js';
import { addressOf, type CommandConfig, readCommandConfig } from '../config.js';
import { alignedRows } from '../table.js';

export interface AddOptions {
  readonly role: readonly Role[];
  readonly clinics?: readonly string[];
}

export interface SetOptions {
  readonly role?: readonly Role[];
  readonly clinics?: readonly string[];
  readonly allClinics?: boolean;
}

/** Where a command writes, and by which clock. */
export interface UserTools {
  readonly config: CommandConfig;
  readonly stdout: Pick<NodeJS.WritableStream, 'write'>;
  readonly clock: Pick<Clock, 'now'>;
}

const ofThisMachine = (): UserTools => ({ config: readCommandConfig(), stdout: process.stdout, clock: systemClock });

/** `vigie console users add`. Throws `ConfigError`. */
export function addUserCommand(id: string, { role, clinics }: AddOptions, tools = ofThisMachine()): void {
  withFile(tools, (file, now) => {
    const secret = addAccount(file, { id, roles: role, clinics }, now);
    note(file, now, 'added', id, [...role, ...(clinics ?? ['all clinics'])].join(' '));
    tools.stdout.write(
      `${linkOf(tools.config, secret)}\nFor ${id}: chooses a password and a code, once, within 72 hours. Give it to nobody else, and by a way that nobody reads.\n`,
    );
  });
}

/** `vigie console users list`. */
export function listUsersCommand({ json = false }: { readonly json?: boolean }, tools = ofThisMachine()): void {
  withFile(tools, (file, now) => {
    const found = file.list().map((one) => shown(one, now));
    if (json) return void tools.stdout.write(`${JSON.stringify(printable(found), undefined, 2)}\n`);
    if (found.length === 0)
      return void tools.stdout.write('Nobody has an account: vigie console users add <id> --role analyst\n');
    const rows = found.map(({ id, roles, clinics, state, last_login_at }) => [
      id,
      roles.join(','),
      clinics?.join(',') ?? 'all',
      state,
      last_login_at ?? 'never',
    ]);
    tools.stdout.write(`${alignedRows([['user', 'roles', 'clinics', 'state', 'last login'], ...printable(rows)]).join('\n')}\n`);
  });
}

/** `vigie console users set`. Throws `ConfigError`. */
export function setUserCommand(id: string, { role, clinics, allClinics = false }: SetOptions, tools = ofThisMachine()): void {
  if (!role && !clinics && !allClinics) throw new ConfigError('nothing is changed: give --role, --clinics or --all-clinics');
  withFile(tools, (file, now) => {
    const after = setAccount(file, id, { ...(role && { roles: role }), ...((clinics || allClinics) && { clinics }) });
    const text = `${after.roles.join(',')} of ${after.clinics?.join(',') ?? 'all clinics'}`;
    note(file, now, 'set', id, text);
    const account = file.read(id);
    const lacks =
      account?.password != null && account.totp === null && after.roles.some((one) => one === 'analyst' || one === 'dpo');
    tools.stdout.write(
      `${id}: ${text}\n${lacks ? 'They have no code yet, which these roles need beyond this machine: reset gives a link.\n' : ''}`,
    );
  });
}

/** `vigie console users reset | disable | enable | end-sessions`. Throws `ConfigError`. */
export function changeUserCommand(
  what: 'reset' | 'disable' | 'enable' | 'end-sessions',
  id: string,
  tools = ofThisMachine(),
): void {
  withFile(tools, (file, now) => {
    if (what === 'reset') tools.stdout.write(`${linkOf(tools.config, resetAccount(file, id, now))}\n`);
    else if (what === 'end-sessions') endSessions(file, id, now);
    else disableAccount(file, id, what === 'disable', now);
    note(file, now, what, id, '');
    tools.stdout.write(`${id}: ${what} done\n`);
  });
}

/** `vigie console users import`: who is in the file of tokens gets an account too. Throws `ConfigError`. */
export function importUsersCommand(given: string | undefined, tools = ofThisMachine()): void {
  const path = given ?? tools.config.VIGIE_CONSOLE_USERS_FILE;
  if (path === undefined) throw new ConfigError('name a file of users, or set VIGIE_CONSOLE_USERS_FILE');
  const users = readUsersFile(path).all;
  withFile(tools, (file, now) => {
    for (const { id, roles, clinics } of users) {
      if (file.read(id)) tools.stdout.write(`# ${id} has an account already\n`);
      else if (!userIdShape.test(id))
        tools.stdout.write(`# ${JSON.stringify(id)} is no id of an account: add them under another by hand\n`);
      else {
        const secret = addAccount(file, { id, roles, clinics }, now);
        note(file, now, 'imported', id, roles.join(' '));
        tools.stdout.write(`${id} ${linkOf(tools.config, secret)}\n`);
      }
    }
  });
}

/** `vigie console users history`. */
export function historyCommand(tools = ofThisMachine()): void {
  withFile(tools, (file) => {
    const rows = file.history().map(({ at, by, what, id, text }) => [isoOf(at), by, what, id, text]);
    tools.stdout.write(`${alignedRows([['time', 'by', 'what', 'user', ''], ...printable(rows)]).join('\n')}\n`);
  });
}

function withFile(tools: UserTools, act: (file: AccountFile, now: number) => void): void {
  const { VIGIE_CONSOLE_ACCOUNTS_FILE: given, KAFKA_BROKERS: brokers, VIGIE_DATA_DIR: dataDir } = tools.config;
  if (given === undefined && brokers)
    throw new ConfigError(
      'VIGIE_CONSOLE_ACCOUNTS_FILE names no file of accounts; with Kafka the console has none by itself. On several machines people log in by VIGIE_OIDC_ISSUER: docs/console.md',
    );
  const file = new AccountFile(given ?? localAccountsFile(dataDir));
  try {
    act(file, tools.clock.now());
  } finally {
    file.close();
  }
}

function note(file: AccountFile, at: number, what: string, id: string, text: string): void {
  file.note({ at, by: `local:${process.getuid?.() ?? ''}`, what, id, text });
}

/** What stands behind `#` no server and no proxy writes down. */
function linkOf(config: CommandConfig, secret: string): string {
  return `${(config.VIGIE_CONSOLE_URL ?? addressOf(config, 'console')).replace(/\/+$/, '')}/login#setup=${secret}`;
}

function shown({ id, roles, clinics, disabled, password, totp, recovery, setup, last_login_at: at }: Account, now: number) {
  const state = disabled
    ? 'disabled'
    : password !== null
      ? 'active'
      : setup && now < setup.ends_at
        ? 'invited'
        : 'link is over: reset gives a new one';
  return {
    id,
    roles,
    clinics,
    state,
    has_code: totp !== null,
    recovery_codes_left: recovery.length,
    last_login_at: at === null ? null : isoOf(at),
  };
}
