import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Log } from '#libs/runtime/log.js';
import { readConsoleConfig } from '../config.js';
import { readGrants } from '../oidc/grants-file.js';
import { GrantsReload } from '../oidc/grants-reload.js';
import { hasGroups, identityOf } from '../oidc/identity.js';
import { ownPath } from '../oidc/round-trips.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-sign-in-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const rolesFile = join(folder, 'roles.yml');
const good =
  "roles:\n  - { group: dpo, roles: [dpo], clinics: ['1'], acr: [strong] }\n  - { group: soc, roles: [analyst], clinics: ['*'] }\n";
writeFileSync(rolesFile, good);

const data = { VIGIE_DATA_DIR: folder };
const oidc = {
  ...data,
  VIGIE_OIDC_ISSUER: 'https://id.aleo.example/realms/aleo',
  VIGIE_OIDC_CLIENT_ID: 'vigie',
  VIGIE_CONSOLE_URL: 'https://vigie.aleo.example/',
  VIGIE_ROLES_FILE: rolesFile,
};

const optional = (env: Readonly<Record<string, string>>) => readConsoleConfig({ ...data, ...env }).codesAreOptional;

describe('settings of logging in', () => {
  it.each([
    [
      'an issuer alone',
      { ...oidc, VIGIE_OIDC_CLIENT_ID: '' },
      'VIGIE_OIDC_CLIENT_ID, VIGIE_ROLES_FILE and VIGIE_CONSOLE_URL are needed',
    ],
    ['an issuer without roles', { ...oidc, VIGIE_ROLES_FILE: '' }, 'VIGIE_ROLES_FILE'],
    ['an issuer in clear text', { ...oidc, VIGIE_OIDC_ISSUER: 'http://id.aleo.example' }, 'is not https'],
    [
      'pages below a path',
      { ...oidc, VIGIE_CONSOLE_URL: 'https://aleo.example/vigie' },
      'has a path: the console is at the root',
    ],
    ['scopes without openid', { ...oidc, VIGIE_OIDC_SCOPES: 'profile email' }, 'does not hold openid'],
    ['a file of roles that is not there', { ...oidc, VIGIE_ROLES_FILE: join(folder, 'none.yml') }, 'cannot be read'],
    [
      'accounts on Kafka without a key',
      { ...data, KAFKA_BROKERS: 'b:9092', VIGIE_CONSOLE_ACCOUNTS_FILE: join(folder, 'a.db') },
      'VIGIE_CONSOLE_KEY is needed',
    ],
  ])('are refused at start: %s', (_name, env, says) => {
    expect(() => readConsoleConfig(env)).toThrow(says);
  });

  it('put accounts beside the keys on one machine, nowhere on Kafka, and off with a provider', () => {
    expect(readConsoleConfig(data).accountsFile).toBe(join(folder, 'keys', 'console-accounts.db'));
    expect(readConsoleConfig({ ...data, KAFKA_BROKERS: 'b:9092' }).accountsFile).toBeUndefined();
    const { accountsFile, oidc: found } = readConsoleConfig({ ...oidc, VIGIE_CONSOLE_ACCOUNTS_FILE: join(folder, 'a.db') });
    expect([accountsFile, found?.settings.consoleUrl]).toEqual([undefined, 'https://vigie.aleo.example']);
  });

  it('let codes be done without on a machine of one’s own only', () => {
    expect([
      optional({}),
      optional({ VIGIE_CONSOLE_URL: 'http://localhost:7414' }),
      optional({ VIGIE_HOST: '0.0.0.0' }),
      optional({ VIGIE_CONSOLE_URL: 'https://vigie.aleo.example' }),
    ]).toEqual([true, true, false, false]);
  });
});

describe('what groups allow', () => {
  it('is what the first entry that fits says, and adds nothing up', () => {
    const grants = readGrants('roles.yml', good);
    expect(grants.of(['soc', 'dpo'], 'strong')).toEqual({ roles: ['dpo'], clinics: ['1'] });
    expect(grants.of(['soc', 'dpo'], '')).toEqual({ roles: ['analyst'], clinics: undefined });
    expect([grants.of(['dpo'], 'weak'), grants.of([], 'strong'), grants.of(['SOC'], '')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([grants.named(['canteen', 'soc', 'soc']), grants.acrValues]).toEqual([['soc'], ['strong']]);
  });

  it.each([
    ['roles: []', ':1:'],
    ["roles:\n  - { group: soc, roles: [root], clinics: ['*'] }", ':2:'],
    ['roles:\n  - { group: soc, roles: [analyst] }', 'clinics'],
    ["roles:\n  - { group: soc, roles: [analyst], clinics: ['*'], also: 1 }", 'also'],
    ['roles: [', 'VIGIE_ROLES_FILE'],
  ])('is refused with its line: %s', (text, says) => {
    expect(() => readGrants('roles.yml', text)).toThrow(says);
  });

  it('is taken up when the file changes; a mistake leaves what was before, and is said once', () => {
    const path = join(folder, 'changing.yml');
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    const log: Log = { debug: say, info: say, warn: say, error: say };
    writeFileSync(path, good);
    const grants = readGrants(path, good);
    let changes = 0;
    const reload = new GrantsReload({ path, grants, changed: () => (changes += 1), log });
    reload.look();
    for (const content of [good.replace('soc', 'others'), 'roles: 1', 'roles: 1']) {
      writeFileSync(path, content);
      reload.look();
    }
    expect([grants.of(['soc'], ''), grants.of(['others'], '')?.roles, changes, said.length]).toEqual([
      undefined,
      ['analyst'],
      2,
      2,
    ]);
    rmSync(path);
    reload.look();
    expect([grants.of(['others'], '')?.roles, said.length]).toEqual([['analyst'], 3]);
  });
});

describe('who somebody is', () => {
  const names = { user: 'sub', groups: 'groups' };

  it('is what the claim says, where it can be shown and is nobody else’s', () => {
    expect(identityOf({ sub: 'a.durand', groups: ['soc', 7, 'x'], acr: 'strong', auth_time: 10 }, names)).toEqual({
      id: 'a.durand',
      groups: ['soc', 'x'],
      acr: 'strong',
      saysGroups: true,
      provedAt: 10_000,
    });
    expect(identityOf({ sub: 'a', groups: 'soc' }, names)).toEqual({
      id: 'a',
      groups: ['soc'],
      saysGroups: true,
      acr: '',
      provedAt: undefined,
    });
    for (const sub of ['', ' a', 'a\u200Bb', 'a\nb', 'System', 'x'.repeat(201), 7, undefined])
      expect(identityOf({ sub, groups: [] }, names)).toBeUndefined();
    for (const email_verified of [undefined, false, 'true'])
      expect(identityOf({ email: 'a@b', email_verified }, { user: 'email', groups: 'g' })).toBeUndefined();
    expect(identityOf({ email: 'a@b', email_verified: true }, { user: 'email', groups: 'g' })).toMatchObject({
      id: 'a@b',
      groups: [],
    });
  });

  it('finds groups by their very name first, and by a path', () => {
    const claims = { 'https://aleo/groups': ['soc'], realm_access: { roles: ['dpo'] }, 'a.b': ['x'], a: { b: ['y'] } };
    const groupsBy = (groups: string) => identityOf({ ...claims, sub: 'a' }, { user: 'sub', groups })?.groups;
    expect(['https://aleo/groups', 'realm_access.roles', 'a.b', 'realm_access.none', 'constructor'].map(groupsBy)).toEqual([
      ['soc'],
      ['dpo'],
      ['x'],
      [],
      [],
    ]);
    expect([hasGroups(claims, { user: '', groups: 'a.b' }), hasGroups(claims, { user: '', groups: 'none' })]).toEqual([
      true,
      false,
    ]);
  });
});

describe('a page to come back to', () => {
  it.each([
    ['/cases/3f0c?q=1', '/cases/3f0c?q=1'],
    ['/', '/'],
    ['/a/../../b', '/b'],
    ['//elsewhere.example', '/'],
    ['/\\elsewhere.example', '/'],
    ['/\t/elsewhere.example', '/'],
    ['https://elsewhere.example', '/'],
    ['/auth/callback?code=1', '/'],
    ['/x/../auth/oidc', '/'],
    ['', '/'],
    [undefined, '/'],
    [['/a', '/b'], '/'],
  ])('is one of ours: %j', (given, at) => {
    expect(ownPath(given)).toBe(at);
  });
});
