import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountFile } from './account-file.js';
import { Accounts, type Entered } from './accounts.js';
import { addAccount, disableAccount, endSessions, resetAccount, setAccount, setupMs } from './keep-accounts.js';
import { Lanes } from './lanes.js';
import { hashOfPassword, isPassword, passwordCost, weaknessOfPassword } from './password.js';
import { SecretBox } from './secret-box.js';
import { secretOf, codeFor } from './accounts.fixture.js';
import { triesMax, triesMs } from './tries.js';

const cost = { memory: 64, passes: 1, parallelism: 1 };
const password = 'seven quiet herons';
const begin = 1_764_400_000_000;
const folder = mkdtempSync(join(tmpdir(), 'vigie-accounts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nameOf = (entered: Entered) => (typeof entered === 'string' ? entered : entered.id);
const key = (byte: number) => new Uint8Array(32).fill(byte);

describe('a password', () => {
  it('is known by an argon2id hash of its own, by any spelling of the same letters, and by nothing else', async () => {
    const hash = await hashOfPassword('Été à la ferme 12', cost);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await hashOfPassword('Été à la ferme 12', cost)).not.toBe(hash);
    expect(await isPassword('Été à la ferme 12'.normalize('NFD'), hash)).toBe(true);
    for (const wrong of ['Été à la ferme 13', '', 'été à la ferme 12']) expect(await isPassword(wrong, hash)).toBe(false);
    for (const none of ['', '*', hash.replace('argon2id', 'argon2i'), `${hash}A`])
      expect(await isPassword('Été à la ferme 12', none)).toBe(false);
  });

  it('costs what RFC 9106 recommends, unless a test says otherwise', async () => {
    expect(passwordCost).toEqual({ memory: 65_536, passes: 3, parallelism: 1 });
    expect(await isPassword(password, await hashOfPassword(password))).toBe(true);
  });

  it('is refused where it is short, holds its user, or is guessed at once', () => {
    for (const [weak, why] of [
      ['short', 'has 5 characters'],
      ['a.durand-a.durand', 'holds the name'],
      ['password1234', 'guessed'],
      ['aaaaaaaaaaaaaaaa', 'guessed'],
      ['é'.repeat(201), 'are enough'],
    ] as const)
      expect([weak, weaknessOfPassword(weak, 'a.durand')]).toEqual([weak, expect.stringContaining(why)]);
    for (const good of [password, 'les chats dorment sous le pont', 'Tz8#kQ2!mVx4'] as const)
      expect(weaknessOfPassword(good, 'a.durand')).toBeUndefined();
  });
});

describe('an account', () => {
  let path = '';
  let file: AccountFile;
  let now = begin;
  let n = 0;
  const box = new SecretBox([new Uint8Array(32).fill(9)]);
  const clock = { now: () => now };
  const over = (one: AccountFile, codesAreOptional = false) => new Accounts({ file: one, box, clock, codesAreOptional, cost });
  let accounts: Accounts;
  beforeEach(() => {
    now = begin;
    path = join(folder, `accounts-${(n += 1)}.db`);
    file = new AccountFile(path);
    accounts = over(file);
  });

  const enter = async (user: string, given: string, code: string, address = '::1', one = accounts) =>
    nameOf(await one.enter({ user, password: given, code }, address));

  /** Somebody who has chosen a password and a code. */
  async function enrolled(id = 'a.durand', roles: readonly ('analyst' | 'reader')[] = ['analyst']) {
    const link = addAccount(file, { id, roles, clinics: undefined }, now);
    const shown = accounts.setup(link);
    const secret = secretOf(shown?.totp.secret ?? '');
    const done = await accounts.finishSetup(link, password, codeFor(secret, now));
    if ('wrong' in done) throw new Error(`not enrolled: ${done.wrong}`);
    now += 60_000;
    return { link, secret, recovery: done.recovery };
  }

  it('begins with a link, which works until a password and a code were chosen, and lets nobody in before', async () => {
    expect([accounts.any, statSync(path, { throwIfNoEntry: false })]).toEqual([false, undefined]);
    const link = addAccount(file, { id: 'a.durand', roles: ['analyst'], clinics: ['750300123'] }, now);
    expect([accounts.any, accounts.named('a.durand'), accounts.setup('made up'), statSync(path).mode & 0o077]).toEqual([
      true,
      undefined,
      undefined,
      0,
    ]);
    expect(await enter('a.durand', '', '')).toBe('unknown');
    const first = accounts.setup(link);
    expect(accounts.setup(link)).toEqual(first);
    expect(first).toMatchObject({ user: 'a.durand', needs_code: true });
    const secret = secretOf(first?.totp.secret ?? '');
    const code = codeFor(secret, now);
    expect(await accounts.finishSetup(link, 'short', code)).toMatchObject({ wrong: 'password' });
    expect(await accounts.finishSetup(link, password, '')).toEqual({ wrong: 'code' });
    expect(await accounts.finishSetup(link, password, '000000' === code ? '000001' : '000000')).toEqual({ wrong: 'code' });
    expect(await accounts.finishSetup(link, password, code)).toMatchObject({
      user: { id: 'a.durand', roles: ['analyst'], clinics: ['750300123'] },
    });
    expect([accounts.setup(link), await accounts.finishSetup(link, password, code)]).toEqual([undefined, { wrong: 'link' }]);
    // The code of the enrolment is used.
    expect(await enter('a.durand', password, code)).toBe('unknown');
    expect(JSON.stringify(file.list())).not.toMatch(new RegExp(`${password}|${first?.totp.secret ?? 'none'}|${link}`));
  });

  it('has a link for three days, and the newest alone', () => {
    const old = addAccount(file, { id: 'a.durand', roles: ['reader'], clinics: undefined }, now);
    const link = resetAccount(file, 'a.durand', now);
    expect([accounts.setup(old), accounts.setup(link)?.user]).toEqual([undefined, 'a.durand']);
    now += setupMs;
    expect(accounts.setup(link)).toBeUndefined();
  });

  it('is entered with password and code, in capitals too, and with nothing less', async () => {
    const { secret } = await enrolled();
    for (const [user, given, code] of [
      ['a.durand', password, ''],
      ['a.durand', password, '123'],
      ['a.durand', 'seven quiet heronz', codeFor(secret, now)],
      ['b.leroy', password, codeFor(secret, now)],
    ] as const)
      expect(await enter(user, given, code)).toBe('unknown');
    expect(await enter(' A.Durand', password, codeFor(secret, now))).toBe('a.durand');
    expect(file.read('a.durand')?.last_login_at).toBe(now);
  });

  it('takes a code once, and a recovery code once, whatever comes at the same time by two consoles', async () => {
    const { secret, recovery } = await enrolled();
    const other = over(new AccountFile(path));
    for (const code of [codeFor(secret, now), recovery[3] ?? '', recovery[4] ?? '']) {
      const came = await Promise.all(
        [accounts, other, accounts, other].map((one, at) => enter('a.durand', password, code, `10.0.0.${at}`, one)),
      );
      expect(came.toSorted()).toEqual(['a.durand', 'unknown', 'unknown', 'unknown']);
    }
    expect(file.read('a.durand')?.recovery.length).toBe(8);
  });

  it('takes a code once by processes of their own as well', async () => {
    const { secret } = await enrolled();
    const step = file.read('a.durand')?.used_step ?? 0;
    const program = `
      const { DatabaseSync } = require('node:sqlite');
      const database = new DatabaseSync(process.argv[1], { timeout: 10000 });
      let won = 0;
      for (let n = 0; n < 200; n += 1) {
        database.exec('BEGIN IMMEDIATE');
        const { body } = database.prepare('SELECT body FROM accounts').get();
        const one = JSON.parse(body);
        one.last_login_at = (one.last_login_at ?? 0) + 1;
        database.prepare('UPDATE accounts SET body = ?').run(JSON.stringify(one));
        database.exec('COMMIT');
        won += 1;
      }
      process.stdout.write(String(won));`;
    const before = file.read('a.durand')?.last_login_at ?? 0;
    const { stdout } = spawnSync(process.execPath, ['--no-warnings', '--eval', program, path], { encoding: 'utf8' });
    // What another process wrote is what this one finds, with nothing of it lost.
    expect([stdout, file.read('a.durand')?.last_login_at, file.read('a.durand')?.used_step]).toEqual(['200', before + 200, step]);
    expect(await enter('a.durand', password, codeFor(secret, now))).toBe('a.durand');
  });

  it('answers alike, and no more, of who exists and who does not, after five tries from an address', async () => {
    const { secret } = await enrolled();
    const said = async (user: string) => {
      const answers: string[] = [];
      for (let n = 0; n < triesMax.pair + 2; n += 1) answers.push(await enter(user, `wrong ${n}`, '000000'));
      return answers;
    };
    const ofSomebody = await said('a.durand');
    expect(ofSomebody).toEqual(['unknown', 'unknown', 'unknown', 'unknown', 'unknown', 'too_many', 'too_many']);
    expect(await said('nobody')).toEqual(ofSomebody);
    // Not even with what is right; from elsewhere, and a quarter of an hour later, they are let in.
    expect(await enter('a.durand', password, codeFor(secret, now))).toBe('too_many');
    expect(await enter('a.durand', password, codeFor(secret, now), '::2')).toBe('a.durand');
    now += triesMs;
    expect(await enter('a.durand', password, codeFor(secret, now))).toBe('a.durand');
  });

  it('is tried no more often by many at once than by one after the other', async () => {
    await enrolled();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => enter('a.durand', `wrong ${n}`, '000000')));
    expect(answers.filter((answer) => answer === 'unknown').length).toBe(triesMax.pair);
  });

  it('that is disabled, reset, or has not what its roles need, lets nobody in, by no session either', async () => {
    const { secret } = await enrolled();
    expect(accounts.named('a.durand')).toEqual({ id: 'a.durand', roles: ['analyst'], clinics: undefined });
    disableAccount(file, 'a.durand', true, now);
    expect([
      accounts.named('a.durand'),
      await enter('a.durand', password, codeFor(secret, now)),
      accounts.sessionsFrom('a.durand'),
    ]).toEqual([undefined, 'unknown', now]);
    disableAccount(file, 'a.durand', false, now);
    expect(await enter('a.durand', password, codeFor(secret, now))).toBe('a.durand');
    now += 60_000;
    endSessions(file, 'a.durand', now);
    expect(accounts.sessionsFrom('a.durand')).toBe(now);
    resetAccount(file, 'a.durand', now);
    expect([accounts.named('a.durand'), await enter('a.durand', password, codeFor(secret, now))]).toEqual([undefined, 'unknown']);
  });

  it('needs a code for who sees lists of patients, but on a machine of their own', async () => {
    const link = addAccount(file, { id: 'looks', roles: ['reader'], clinics: undefined }, now);
    expect(await accounts.finishSetup(link, password, '')).toMatchObject({ recovery: [] });
    expect([await enter('looks', password, ''), accounts.factorOf('looks')]).toEqual(['looks', 'password']);
    expect([
      await accounts.confirm('looks', { password: 'wrong' }, '::1'),
      await accounts.confirm('looks', { password }, '::1'),
    ]).toEqual([false, true]);
    setAccount(file, 'looks', { roles: ['analyst'], clinics: ['1'] });
    expect([await enter('looks', password, ''), accounts.named('looks')]).toEqual(['unknown', undefined]);
    expect(over(file, true).named('looks')).toEqual({ id: 'looks', roles: ['analyst'], clinics: ['1'] });
  });

  it('is confirmed by a new code alone, and not by the one that let its person in', async () => {
    const { secret, recovery } = await enrolled();
    const code = codeFor(secret, now);
    expect(await enter('a.durand', password, code)).toBe('a.durand');
    expect([
      await accounts.confirm('a.durand', { code }, '::1'),
      await accounts.confirm('a.durand', { password }, '::1'),
    ]).toEqual([false, false]);
    now += 30_000;
    expect(await accounts.confirm('a.durand', { code: codeFor(secret, now) }, '::1')).toBe(true);
    expect([
      await accounts.confirm('a.durand', { code: recovery[0] ?? '' }, '::1'),
      await accounts.confirm('a.durand', { code: recovery[0] ?? '' }, '::1'),
    ]).toEqual([true, false]);
    for (let tries = 0; tries < triesMax.pair; tries += 1) await accounts.confirm('a.durand', { code: '000000' }, '::1');
    expect(await accounts.confirm('a.durand', { code: recovery[1] ?? '' }, '::1')).toBe('too_many');
  });

  it('has its secret sealed again by the newest key when its person comes', async () => {
    const { secret } = await enrolled();
    const both = new Accounts({ file, box: new SecretBox([key(5), key(9)]), clock, codesAreOptional: false, cost });
    expect(await enter('a.durand', password, codeFor(secret, now), '::1', both)).toBe('a.durand');
    now += 60_000;
    const newest = new Accounts({ file, box: new SecretBox([key(5)]), clock, codesAreOptional: false, cost });
    expect(await enter('a.durand', password, codeFor(secret, now), '::1', newest)).toBe('a.durand');
    expect(await enter('a.durand', password, codeFor(secret, now + 30_000))).toBe('unknown');
  });

  it('is one file, which a copy takes along; names are one in capitals or not', async () => {
    const { secret } = await enrolled();
    expect(() => addAccount(file, { id: 'A.DURAND', roles: ['reader'], clinics: undefined }, now)).toThrow(
      'has an account already',
    );
    for (const id of ['', 'system', 'a b', '../x', 'é', '-'])
      expect(() => addAccount(file, { id, roles: ['reader'], clinics: undefined }, now)).toThrow('is no id of an account');
    expect(() => resetAccount(file, 'nobody', now)).toThrow('nobody has the account');
    const copy = `${path}.copy`;
    copyFileSync(path, copy);
    expect(await enter('a.durand', password, codeFor(secret, now), '::1', over(new AccountFile(copy)))).toBe('a.durand');
  });
});

describe('lanes', () => {
  it('run so many at once, let others wait, and refuse the rest', async () => {
    const lanes = new Lanes({ running: 2, waiting: 3 });
    const ends: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, (running += 1));
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
      return 'done';
    };
    const all = Array.from({ length: 7 }, () => lanes.run(work));
    const ended = { all: false };
    const results = Promise.all(all).finally(() => (ended.all = true));
    while (!ended.all) {
      ends.shift()?.();
      await Promise.resolve();
    }
    expect([(await results).filter((one) => one === 'done').length, most]).toEqual([5, 2]);
    await expect(lanes.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    const after = lanes.run(work);
    ends.shift()?.();
    expect(await after).toBe('done');
  });
});
