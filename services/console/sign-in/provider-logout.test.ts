import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import type { EventLog } from '#libs/event-log/port.js';
import { topics } from '#libs/contracts/topics.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { auditRowsOf, newLog } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { endedRoute, EndedSessions } from '../session/ended-sessions.js';
import { EndedWatch } from '../session/ended-watch.js';
import { clientId, clientSecret, type ProviderOptions, RunningProvider } from './provider.fixture.js';
import { Visitor } from './visitor.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-provider-logout-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sessionKey = randomBytes(32).toString('base64');
const logoutEvent = { 'http://schemas.openid.net/event/backchannel-logout': {} };

describe('a session that the identity provider has ended', () => {
  let port = 0;
  let url = '';
  let log: MemoryLog;
  let provider: RunningProvider;
  const consoles: RunningConsole[] = [];
  let isAway = false;

  async function start(options: Partial<ProviderOptions> = {}): Promise<RunningConsole> {
    provider = new RunningProvider({ port: port + 1, consoleUrl: url, ...options });
    await provider.start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    return startConsole(port);
  }

  /** Consoles of one address: behind a proxy it does not matter which of them is asked. */
  async function startConsole(at: number): Promise<RunningConsole> {
    const roles = join(folder, 'roles.yml');
    writeFileSync(roles, "roles: [{ group: soc, roles: [analyst], clinics: ['*'] }]\n");
    const settings = {
      VIGIE_CONSOLE_URL: url,
      VIGIE_CONSOLE_KEY: sessionKey,
      VIGIE_OIDC_ISSUER: provider.issuer,
      VIGIE_OIDC_CLIENT_ID: clientId,
      VIGIE_OIDC_CLIENT_SECRET: clientSecret,
      VIGIE_OIDC_SCOPES: 'openid groups',
      VIGIE_ROLES_FILE: roles,
    };
    const one = await RunningConsole.start(
      mayBeAway(log.connect(), () => isAway),
      20_000 + consoles.length,
      new MemoryLists(),
      settings,
    );
    consoles.push(one);
    await one.app.listen(at, '127.0.0.1');
    return one;
  }

  beforeEach(async () => {
    port = await freePortBase();
    url = `http://127.0.0.1:${port}`;
    log = newLog();
    isAway = false;
  });
  afterEach(async () => {
    for (const one of consoles.splice(0)) await one.stop();
    await provider.stop();
  });

  async function loggedIn(): Promise<Visitor> {
    const visitor = new Visitor();
    await visitor.go(`${url}/auth/oidc?to=/`);
    expect(await statusOf(visitor)).toBe(200);
    return visitor;
  }

  const statusOf = async (visitor: Visitor, at = url) => (await visitor.ask('GET', `${at}/v1/cases`)).status;
  const send = async (token: string) =>
    (
      await fetch(`${url}/auth/backchannel-logout`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token: token }),
      })
    ).status;
  const rows = () => auditRowsOf(log).filter(({ route }) => route.startsWith(endedRoute));

  it('is over here at once, and no other session of its person', async () => {
    await start();
    const [here, there] = [await loggedIn(), await loggedIn()];
    await provider.end(here);
    expect([provider.told, await statusOf(here), await statusOf(there)]).toEqual([['ended'], 401, 200]);
    expect(rows()).toMatchObject([{ by: 'a.durand', method: 'POST', status: 200 }]);
    // What is written down of it is no name that opens anything.
    expect(rows()[0]?.route).toMatch(/^\/auth\/backchannel-logout [0-9a-f]{16}$/);
  });

  it('is over with all others of its person where the provider names the person alone; who comes in again is in', async () => {
    await start({ namesSessions: false });
    const [here, there] = [await loggedIn(), await loggedIn()];
    provider.person = { id: 'b.leroy', claims: { groups: ['soc'] } };
    const other = await loggedIn();
    await provider.end(here);
    expect([provider.told, await statusOf(here), await statusOf(there), await statusOf(other)]).toEqual([
      ['ended'],
      401,
      401,
      200,
    ]);
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    consoles[0]?.wait(2_000);
    expect(await statusOf(await loggedIn())).toBe(200);
  });

  it('stays one session after its person has proved again who they are', async () => {
    await start();
    const visitor = await loggedIn();
    await visitor.go(`${url}/auth/oidc/confirm?to=/`);
    expect(await statusOf(visitor)).toBe(200);
    await provider.end(visitor);
    expect([provider.told.at(-1), await statusOf(visitor)]).toEqual(['ended', 401]);
  });

  it('is over at every console once what one was told has come to the store, also after it has started again', async () => {
    await start();
    const visitor = await loggedIn();
    const elsewhere = await freePortBase();
    const two = await startConsole(elsewhere);
    const at = `http://127.0.0.1:${elsewhere}`;
    visitor.also(url, at);
    expect(await statusOf(visitor, at)).toBe(200);
    await provider.end(visitor);
    expect(await statusOf(visitor, at)).toBe(200);
    const looks = {
      providerLogouts: async (route: string, fromMs: number) =>
        auditRowsOf(log).filter((row) => row.route.startsWith(route) && Date.parse(row.at) >= fromMs),
    };
    await new EndedWatch({
      ended: two.app.get(EndedSessions),
      looks,
      clock: systemClock,
      log: { warn: () => {} } as never,
    }).look();
    expect(await statusOf(visitor, at)).toBe(401);
  });

  it('ends the line by which its page is told what changes', async () => {
    const one = await start();
    const visitor = await loggedIn();
    const stream = await visitor.ask('GET', `${url}/v1/stream`);
    expect(stream.status).toBe(200);
    const ended = stream.text();
    await provider.end(visitor);
    one.pipeline.feed.beat();
    await ended;
    expect(one.pipeline.feed.listening).toBe(0);
  });

  it('ends by nothing but a token of its provider, for this console, of now, that says so', async () => {
    await start();
    const visitor = await loggedIn();
    const second = Math.floor(Date.now() / 1_000);
    const fit = { sub: 'a.durand', iat: second, jti: 'j', events: logoutEvent };
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const { events: _events, ...ofLogin } = fit;
    const { sub: _sub, ...ofNobody } = fit;
    const unfit = [
      'made up',
      '',
      await provider.sign(fit, stranger),
      await provider.sign({ ...fit, iss: 'http://127.0.0.1:9' }),
      await provider.sign({ ...fit, aud: 'another' }),
      await provider.sign({ ...fit, iat: second - 3_600 }),
      await provider.sign({ ...fit, exp: second - 600 }),
      await provider.sign({ ...fit, nonce: 'n' }),
      await provider.sign(ofLogin),
      await provider.sign(ofNobody),
      await provider.sign({ ...fit, jti: undefined }),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ ...fit, iss: provider.issuer, aud: clientId })).toString('base64url')}.`,
    ];
    for (const token of unfit) expect([token, await send(token)]).toEqual([token, 400]);
    expect([await statusOf(visitor), rows()]).toEqual([200, []]);
    expect([await send(await provider.sign(fit)), await statusOf(visitor)]).toEqual([200, 401]);
  });

  it('is over though the log is away; the provider is told to say it again', async () => {
    await start();
    const visitor = await loggedIn();
    isAway = true;
    await provider.end(visitor);
    expect(provider.told[0]).toMatch(/503/);
    expect(await statusOf(visitor)).toBe(503);
    expect(await (await visitor.ask('GET', `${url}/v1/me`)).json()).toMatchObject({ user: null });
  });
});

/** A log that takes no audit row while it is away. */
function mayBeAway(log: EventLog, isAway: () => boolean): EventLog {
  const append: EventLog['append'] = (at, bytes) =>
    at.topic === topics.audit && isAway() ? Promise.reject(new Transient('the log is away')) : log.append(at, bytes);
  return {
    append,
    partitions: (topic) => log.partitions(topic),
    join: (options, reader) => log.join(options, reader),
    close: () => log.close(),
  };
}
