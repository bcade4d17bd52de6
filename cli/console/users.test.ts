import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { AccountFile } from '#services/console/accounts/account-file.js';
import { digestOfLink } from '#services/console/accounts/accounts.js';
import { readCommandConfig } from '../config.js';
import {
  addUserCommand,
  changeUserCommand,
  historyCommand,
  importUsersCommand,
  listUsersCommand,
  setUserCommand,
  type UserTools,
} from './users.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-console-users-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const digest = (text: string) => createHash('sha256').update(`token of ${text}`).digest('hex');
const now = Date.parse('2026-11-29T12:00:00.000Z');
let n = 0;

function machine(more: Readonly<Record<string, string>> = {}) {
  const path = join(folder, `accounts-${(n += 1)}.db`);
  let said = '';
  const stdout: UserTools['stdout'] = { write: (text: string | Uint8Array) => ((said += String(text)), true) };
  const config = readCommandConfig({
    VIGIE_DATA_DIR: folder,
    VIGIE_CONSOLE_ACCOUNTS_FILE: path,
    VIGIE_CONSOLE_URL: 'https://vigie.aleo.example/',
    ...more,
  });
  const tools: UserTools = { config, stdout, clock: { now: () => now } };
  const take = () => {
    const text = said;
    said = '';
    return text;
  };
  return { tools, file: new AccountFile(path), take };
}

describe('vigie console users', () => {
  it('adds somebody, prints a link and no password, and lists who there is', () => {
    const { tools, file, take } = machine();
    listUsersCommand({}, tools);
    expect(take()).toMatch(/^Nobody has an account/);
    addUserCommand('a.durand', { role: ['analyst'], clinics: ['750300123'] }, tools);
    const [, secret = ''] = /^https:\/\/vigie\.aleo\.example\/login#setup=([\w-]{43})\n/.exec(take()) ?? [];
    expect(file.withSetup(digestOfLink(secret))?.id).toBe('a.durand');
    addUserCommand('dpo', { role: ['dpo', 'reader'] }, tools);
    take();
    listUsersCommand({}, tools);
    expect(
      take()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['user', 'roles', 'clinics', 'state', 'last login'],
      ['a.durand', 'analyst', '750300123', 'invited', 'never'],
      ['dpo', 'dpo,reader', 'all', 'invited', 'never'],
      [''],
    ]);
    listUsersCommand({ json: true }, tools);
    const json = take();
    expect(JSON.parse(json)).toMatchObject([{ id: 'a.durand', state: 'invited', has_code: false }, { id: 'dpo' }]);
    expect(json).not.toMatch(/sha256|password/);
    expect(() => addUserCommand('DPO', { role: ['dpo'] }, tools)).toThrow('DPO has an account already');
  });

  it('changes, resets, disables and ends sessions, and writes down who did', () => {
    const { tools, file, take } = machine();
    addUserCommand('a.durand', { role: ['analyst'] }, tools);
    setUserCommand('a.durand', { clinics: ['1', '2'] }, tools);
    expect(file.read('a.durand')).toMatchObject({ roles: ['analyst'], clinics: ['1', '2'] });
    setUserCommand('a.durand', { role: ['reader'], allClinics: true }, tools);
    expect(file.read('a.durand')).toMatchObject({ roles: ['reader'], clinics: null });
    expect(() => setUserCommand('a.durand', {}, tools)).toThrow('nothing is changed');
    take();
    const link = file.read('a.durand')?.setup?.sha256;
    changeUserCommand('reset', 'a.durand', tools);
    expect(take()).toMatch(/#setup=[\w-]{43}\na\.durand: reset done\n$/);
    expect(file.read('a.durand')?.setup?.sha256).not.toBe(link);
    changeUserCommand('disable', 'a.durand', tools);
    expect(file.read('a.durand')).toMatchObject({ disabled: true, setup: null, sessions_from: now });
    changeUserCommand('enable', 'a.durand', tools);
    changeUserCommand('end-sessions', 'a.durand', tools);
    expect(() => changeUserCommand('disable', 'nobody', tools)).toThrow('nobody has the account');
    take();
    historyCommand(tools);
    expect(
      take()
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(/ +/)[2]),
    ).toEqual(['added', 'set', 'set', 'reset', 'disable', 'enable', 'end-sessions']);
  });

  it('gives everybody with a token an account, with what they may, once', () => {
    const { tools, file, take } = machine();
    const users = join(folder, 'users.yml');
    writeFileSync(
      users,
      `users:\n  - { id: a.durand, roles: [analyst], token_sha256: ['${digest('a')}'], clinics: ['1'] }\n  - { id: 'hélène b', roles: [dpo], token_sha256: ['${digest('b')}'] }\n`,
    );
    importUsersCommand(users, tools);
    expect(take()).toMatch(/^a\.durand https:\S+#setup=[\w-]{43}\n# "hélène b" is no id of an account: .+\n$/);
    expect(file.list().map(({ id, roles, clinics }) => [id, roles, clinics])).toEqual([['a.durand', ['analyst'], ['1']]]);
    importUsersCommand(users, tools);
    expect(take()).toMatch(/^# a\.durand has an account already\n/);
  });

  it('has no file of its own where the log is Kafka', () => {
    const { tools } = machine({ VIGIE_CONSOLE_ACCOUNTS_FILE: '', KAFKA_BROKERS: 'broker:9092' });
    expect(() => listUsersCommand({}, tools)).toThrow('VIGIE_CONSOLE_ACCOUNTS_FILE names no file of accounts');
  });
});
