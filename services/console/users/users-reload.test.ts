import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { SharedLog } from '../console.fixture.js';
import { Users } from './users.js';
import { UsersReload } from './users-reload.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-users-'));
const path = join(folder, 'users.yml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As `openssl rand -hex 32` makes it, of each name another. */
const tokenOf = (id: string) => createHash('sha256').update(`token of ${id}`).digest('hex');
const digestOf = (id: string) => createHash('sha256').update(tokenOf(id)).digest('hex');
const line = (id: string, role = 'analyst', digest = digestOf(id)) =>
  `  - { id: ${id}, roles: [${role}], token_sha256: ['${digest}'] }\n`;
const fileOf = (...lines: readonly string[]) => `users:\n${lines.join('')}`;

const mistakes: Readonly<Record<string, string | undefined>> = {
  'is not there': undefined,
  'is empty': '',
  'names nobody': 'users: []\n',
  'is no YAML': 'users: [',
  'has an unknown role': fileOf(line('a.durand'), line('c.petit', 'root')),
  'has a short digest': fileOf(line('a.durand'), line('c.petit', 'analyst', 'abc')),
  'has one id twice': fileOf(line('a.durand'), line('a.durand', 'dpo', digestOf('other'))),
  'gives a token to two': fileOf(line('a.durand'), line('c.petit', 'dpo', digestOf('a.durand'))),
};

describe('the file of users', () => {
  it.each(Object.keys(mistakes))(
    'leaves whom it named before when it %s, says so once, and is taken up when it is mended',
    async (name) => {
      const { reload, users, said, failed, changes } = aReload();
      write(fileOf(line('a.durand'), line('b.leroy')));
      reload.look();
      write(mistakes[name]);
      for (let look = 0; look < 3; look += 1) reload.look();
      expect([letIn(users, 'a.durand', 'b.leroy', 'c.petit'), await failed(), changes()]).toEqual([
        ['a.durand', 'b.leroy'],
        1,
        1,
      ]);
      expect(said.filter((text) => text.startsWith('error: the changed file')).length).toBe(1);
      expect(said.join()).not.toContain(digestOf('a.durand'));
      write(fileOf(line('b.leroy', 'dpo'), line('c.petit')));
      reload.look();
      expect([letIn(users, 'a.durand', 'b.leroy', 'c.petit'), await failed(), changes()]).toEqual([['b.leroy', 'c.petit'], 0, 2]);
      expect([users.named('a.durand'), users.named('b.leroy')?.roles]).toEqual([undefined, ['dpo']]);
    },
  );

  it('that is as it was, or as it was before a mistake, changes nothing', async () => {
    const { reload, failed, changes } = aReload();
    for (const content of [fileOf(line('a.durand')), fileOf(line('a.durand')), undefined, fileOf(line('a.durand'))]) {
      write(content);
      reload.look();
    }
    expect([changes(), await failed()]).toEqual([1, 0]);
  });

  describe('of a console', () => {
    const shared = new SharedLog({ VIGIE_CONSOLE_USERS_FILE: path });

    it('is looked at when it begins', async () => {
      write(fileOf(line('c.petit')));
      const one = await shared.start();
      expect([(await one.get('/v1/cases', tokenOf('c.petit'))).status, (await one.get('/v1/cases', 'a.durand')).status]).toEqual([
        200, 401,
      ]);
    });
  });
});

function write(content: string | undefined): void {
  if (content === undefined) rmSync(path);
  else writeFileSync(path, content);
}

function letIn(users: Users, ...ids: readonly string[]): readonly string[] {
  return ids.filter((id) => users.of(`Bearer ${tokenOf(id)}`)?.id === id);
}

function aReload() {
  const users = new Users([]);
  const metrics = new Metrics('console');
  const said: string[] = [];
  const say = (level: string) => (text: string, fields?: object) => void said.push(`${level}: ${text} ${JSON.stringify(fields)}`);
  const log: Log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  let changes = 0;
  const reload = new UsersReload({ path, users, changed: () => (changes += 1), log, metrics });
  const failed = async () => Number(/^vigie_console_users_reload_failed\S* (\d)$/m.exec(await metrics.registry.metrics())?.[1]);
  return { reload, users, said, failed, changes: () => changes };
}
