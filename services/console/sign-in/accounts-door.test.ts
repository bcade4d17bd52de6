import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import { topics } from '#libs/contracts/topics.js';
import type { EventLog } from '#libs/event-log/port.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { AccountFile } from '../accounts/account-file.js';
import { codeFor, secretOf } from '../accounts/accounts.fixture.js';
import { addAccount, disableAccount, endSessions, setAccount } from '../accounts/keep-accounts.js';
import { triesMax } from '../accounts/tries.js';
import { auditRowsOf, newLog, tell } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { idleMsMax } from '../session/sealed-session.js';
import type { Role } from '../users/users.js';
import { Visitor } from './visitor.fixture.js';

const password = 'seven quiet herons';
const id = anIncidentId('a');

const audit = { away: false };

/** A log that takes no row of the audit while it is away. */
function overAudit(log: EventLog): EventLog {
  const append: EventLog['append'] = async (at, bytes) => {
    if (at.topic === topics.audit && audit.away) throw new Transient('no acknowledgement');
    return log.append(at, bytes);
  };
  return {
    append,
    partitions: (topic) => log.partitions(topic),
    join: (options, reader) => log.join(options, reader),
    close: () => log.close(),
  };
}

describe('somebody with an account', () => {
  let url = '';
  let log: MemoryLog;
  let one: RunningConsole;
  let file: AccountFile;
  let visitor: Visitor;
  let waited = 0;
  beforeEach(async () => {
    waited = 0;
    log = newLog();
    await tell(log, aChange('a', 1, { changed_at: new Date(systemClock.now()).toISOString() }));
    // Beyond this machine, so that analysts need a code.
    audit.away = false;
    one = await RunningConsole.start(overAudit(log.connect()), 20_000, new MemoryLists(), { VIGIE_HOST: '0.0.0.0' });
    const port = await freePortBase();
    await one.app.listen(port, '127.0.0.1');
    url = `http://127.0.0.1:${port}`;
    file = new AccountFile(join(one.folder, 'keys', 'console-accounts.db'));
    visitor = new Visitor();
  });
  afterEach(() => one.stop());

  /** Whose records a case opened. */
  const lines = `cases/${id}/patients`;
  const now = () => systemClock.now() + waited;
  const wait = (ms: number) => {
    waited += ms;
    one.wait(ms);
  };
  const post = (path: string, body: object, who = visitor) => who.ask('POST', `${url}/v1/${path}`, body);
  const statusOf = async (path: string, who = visitor) => (await who.ask('GET', `${url}/v1/${path}`)).status;
  const rows = () => auditRowsOf(log).map(({ by, route, status }) => [by, route, status]);

  async function enrol(user: string, roles: readonly Role[] = ['analyst'], who = visitor) {
    const link = addAccount(file, { id: user, roles, clinics: undefined }, now());
    const shown = (await (await post('setup', { link }, who)).json()) as { totp: { secret: string } };
    const secret = secretOf(shown.totp.secret);
    const done = await post('setup', { link, password, code: codeFor(secret, now()) }, who);
    const { recovery_codes: recovery } = (await done.json()) as { recovery_codes: readonly string[] };
    return { secret, recovery, link, status: done.status };
  }

  it('chooses a password and a code by a link, is in by that, and comes back by both; each is written down', async () => {
    const { secret, link, status, recovery } = await enrol('a.durand');
    expect([status, recovery.length, await statusOf('cases')]).toEqual([200, 10, 200]);
    expect(rows()).toEqual([
      ['a.durand', '/v1/setup', 200],
      ['a.durand', '/v1/cases', 200],
    ]);
    expect((await post('setup', { link }, new Visitor())).status).toBe(401);
    const other = new Visitor();
    expect(await (await other.ask('GET', `${url}/v1/me`)).json()).toMatchObject({ user: null, ways: ['password', 'token'] });
    expect((await post('login', { user: 'a.durand', password, code: '000000' }, other)).status).toBe(401);
    wait(30_000);
    expect((await post('login', { user: 'a.durand', password, code: codeFor(secret, now()) }, other)).status).toBe(200);
    expect(rows().slice(2)).toEqual([
      ['', '/v1/setup', 401],
      ['', '/v1/login', 401],
      ['a.durand', '/v1/login', 200],
    ]);
    expect(JSON.stringify(auditRowsOf(log))).not.toContain(password);
  });

  it('is let in by no token beside it, whose programs go on', async () => {
    await enrol('b.leroy', ['analyst'], new Visitor());
    expect((await post('login', { token: 'b.leroy' })).status).toBe(401);
    expect((await post('login', { token: 'a.durand' })).status).toBe(200);
    expect((await one.get('/v1/cases', 'b.leroy')).status).toBe(200);
  });

  it('whose token had begun a session before is out of it', async () => {
    await post('login', { token: 'b.leroy' });
    expect(await statusOf('cases')).toBe(200);
    addAccount(file, { id: 'b.leroy', roles: ['analyst'], clinics: undefined }, now());
    expect(await statusOf('cases')).toBe(401);
  });

  it('is given lists for five minutes after a code, and then after another one alone', async () => {
    one.patients.invent(3);
    const { secret, recovery } = await enrol('a.durand');
    expect(await statusOf(lines)).toBe(200);
    wait(300_000);
    expect(await statusOf(lines)).toBe(403);
    for (const body of [{ password }, { token: 'a.durand' }, { code: '000000' }])
      expect((await post('confirm', body)).status).toBe(401);
    expect(rows().slice(-3)).toEqual([
      ['a.durand', '/v1/confirm', 401],
      ['a.durand', '/v1/confirm', 401],
      ['a.durand', '/v1/confirm', 401],
    ]);
    const before = visitor.cookies(url).get('vigie');
    const code = codeFor(secret, now());
    const confirmed = await post('confirm', { code });
    expect([confirmed.status, await confirmed.json(), await statusOf(lines)]).toEqual([
      200,
      expect.objectContaining({ confirmed_by: 'code' }),
      200,
    ]);
    expect(visitor.cookies(url).get('vigie')).not.toBe(before);
    wait(300_000);
    expect([
      (await post('confirm', { code })).status,
      (await post('confirm', { code: recovery[0] })).status,
      await statusOf(lines),
    ]).toEqual([401, 200, 200]);
  });

  it('leaves nothing behind in a session that became another: for what was under way a moment, and no list', async () => {
    one.patients.invent(3);
    const { secret } = await enrol('a.durand');
    wait(300_000);
    const copy = new Visitor();
    copy.steal(url, visitor);
    await post('confirm', { code: codeFor(secret, now()) });
    expect([await statusOf('cases', copy), await statusOf(lines, copy)]).toEqual([200, 403]);
    wait(10_000);
    expect([await statusOf('cases', copy), await statusOf('cases')]).toEqual([401, 200]);
    copy.steal(url, visitor);
    await post('logout', {});
    expect([await statusOf('cases', copy), await statusOf('cases')]).toEqual([401, 401]);
  });

  it('is out with the next request when they are disabled, their sessions are ended, or their roles need more than they have', async () => {
    const { secret } = await enrol('a.durand');
    endSessions(file, 'a.durand', now() + 1);
    expect(await statusOf('cases')).toBe(401);
    wait(30_000);
    const again = () => post('login', { user: 'a.durand', password, code: codeFor(secret, now()) });
    expect([(await again()).status, await statusOf('cases')]).toEqual([200, 200]);
    disableAccount(file, 'a.durand', true, now());
    expect(await statusOf('cases')).toBe(401);
    wait(30_000);
    expect((await again()).status).toBe(401);
    const reader = new Visitor();
    const link = addAccount(file, { id: 'looks.on', roles: ['reader'], clinics: undefined }, now());
    await post('setup', { link }, reader);
    expect((await post('setup', { link, password }, reader)).status).toBe(200);
    expect(await statusOf('cases', reader)).toBe(200);
    setAccount(file, 'looks.on', { roles: ['dpo'] });
    expect(await statusOf('cases', reader)).toBe(401);
  });

  it('is told nothing more by a stream from the next beat on, once they are out', async () => {
    await enrol('a.durand');
    const stream = await visitor.ask('GET', `${url}/v1/stream`);
    disableAccount(file, 'a.durand', true, now());
    one.pipeline.feed.beat();
    // Ends by itself: it would hang otherwise.
    expect(await stream.text()).toBe('retry: 2000\n\n');
  });

  it('is held off after five tries, and so is who does not exist, which is written down', async () => {
    await enrol('a.durand', ['analyst'], new Visitor());
    for (const user of ['a.durand', 'nobody']) {
      const answers = [];
      for (let n = 0; n < triesMax.pair + 2; n += 1) {
        const answer = await post('login', { user, password: `wrong ${n}`, code: '000000' });
        answers.push([answer.status, ((await answer.json()) as { error: string }).error]);
      }
      expect(answers).toEqual([
        ...Array.from({ length: triesMax.pair }, () => [401, 'unknown_login']),
        [429, 'too_many_tries'],
        [429, 'too_many_tries'],
      ]);
    }
    expect(rows().filter(([, , status]) => status === 429).length).toBe(4);
  });

  it('is not let in, and confirms nothing, while that cannot be written down', async () => {
    const { secret } = await enrol('a.durand');
    const other = new Visitor();
    wait(60_000);
    audit.away = true;
    const answers = [
      await post('login', { user: 'a.durand', password, code: codeFor(secret, now()) }, other),
      await post('login', { token: 'dpo' }, other),
      await post('login', { user: 'a.durand', password, code: '1' }, other),
      await post('confirm', { code: codeFor(secret, now() + 30_000) }),
    ];
    for (const answer of answers)
      expect([answer.status, ((await answer.json()) as { error: string }).error, answer.headers.getSetCookie()]).toEqual([
        503,
        'not_audited',
        [],
      ]);
    expect([...other.cookies(url).keys()]).toEqual([]);
    audit.away = false;
    // Of what was not let in there is a row all the same, once the log is there again.
    await statusOf('cases');
    expect(
      rows()
        .filter(([, route]) => route === '/v1/login')
        .map(([by, , status]) => [by, status]),
    ).toEqual([
      ['a.durand', 200],
      ['dpo', 200],
      ['', 401],
    ]);
  });

  it('takes new recovery codes when they have just said who they are, and ends every session of theirs', async () => {
    const { secret, recovery } = await enrol('a.durand');
    wait(300_000);
    expect((await post('account/recovery-codes', {})).status).toBe(403);
    await post('confirm', { code: codeFor(secret, now()) });
    const { recovery_codes: fresh } = (await (await post('account/recovery-codes', {})).json()) as {
      recovery_codes: readonly string[];
    };
    expect([fresh.length, fresh.some((code) => recovery.includes(code))]).toEqual([10, false]);
    const other = new Visitor();
    expect([
      (await post('login', { user: 'a.durand', password, code: recovery[0] }, other)).status,
      (await post('login', { user: 'a.durand', password, code: fresh[0] }, other)).status,
    ]).toEqual([401, 200]);
    expect((await post('account/end-sessions', {})).status).toBe(200);
    expect([await statusOf('cases'), await statusOf('cases', other)]).toEqual([401, 401]);
    wait(1_000);
    expect([
      (await post('login', { user: 'a.durand', password, code: fresh[1] }, other)).status,
      await statusOf('cases', other),
    ]).toEqual([200, 200]);
    expect(rows()).toEqual(
      expect.arrayContaining([
        ['a.durand', '/v1/account/recovery-codes', 403],
        ['a.durand', '/v1/account/recovery-codes', 200],
        ['a.durand', '/v1/account/end-sessions', 200],
      ]),
    );
  });

  it('has a session that ends when they do nothing, and one that a page keeps does not outlive it', async () => {
    await enrol('a.durand');
    wait(idleMsMax);
    expect(await statusOf('cases')).toBe(401);
  });
});
