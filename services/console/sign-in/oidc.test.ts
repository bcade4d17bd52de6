import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { auditRowsOf, newLog, tell } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { IdentityProvider, type RoundTrip } from '../oidc/identity-provider.js';
import { idleMsMax } from '../session/sealed-session.js';
import { clientId, clientSecret, type ProviderOptions, RunningProvider } from './provider.fixture.js';
import { Visitor } from './visitor.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-oidc-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rolesText = `roles:
  - { group: dpo-strong, roles: [dpo], clinics: ['*'], acr: ['urn:two'] }
  - { group: soc, roles: [analyst], clinics: ['*'] }
  - { group: ndb, roles: [reader], clinics: ['990000009'] }
`;
const id = anIncidentId('a');

/** The word of a refusal, on a page or without one. */
const refusedIn = (text: string) => /data-refused="(\w+)"|"error":"(\w+)"/.exec(text)?.slice(1).find(Boolean);

describe('the identity provider', () => {
  let port = 0;
  let url = '';
  let log: MemoryLog;
  let one: RunningConsole;
  let provider: RunningProvider;
  let visitor: Visitor;

  async function start(options: Partial<ProviderOptions> = {}, more: Readonly<Record<string, string>> = {}) {
    writeFileSync(join(folder, 'roles.yml'), rolesText);
    provider = new RunningProvider({ port: port + 1, consoleUrl: url, ...options });
    await provider.start();
    const secret: Record<string, string> = options.isPublic ? {} : { VIGIE_OIDC_CLIENT_SECRET: clientSecret };
    const settings = {
      VIGIE_CONSOLE_URL: url,
      VIGIE_OIDC_ISSUER: provider.issuer,
      VIGIE_OIDC_CLIENT_ID: clientId,
      VIGIE_OIDC_SCOPES: 'openid groups email profile',
      VIGIE_ROLES_FILE: join(folder, 'roles.yml'),
      ...secret,
      ...more,
    };
    one = await RunningConsole.start(log.connect(), 20_000, new MemoryLists(), settings);
    await one.app.listen(port, '127.0.0.1');
  }

  beforeEach(async () => {
    port = await freePortBase();
    url = `http://127.0.0.1:${port}`;
    log = newLog();
    await tell(log, aChange('a', 1, { actor_id: 'dr.martin' }));
    visitor = new Visitor();
  });
  afterEach(async () => {
    await one.stop();
    await provider.stop();
  });

  const me = async (who = visitor) => (await who.ask('GET', `${url}/v1/me`)).json() as Promise<Record<string, unknown>>;
  const login = (who = visitor, to = '/') => who.go(`${url}/auth/oidc?to=${encodeURIComponent(to)}`);
  const rows = () => auditRowsOf(log).map(({ by, method, route, status }) => [by, method, route, status]);

  it('lets in who has a group that allows something, as what it allows, to the page that they came to, and writes that down', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['canteen', 'soc'] } };
    expect(await me()).toEqual({ user: null, confirmed_until: null, ways: ['oidc'] });
    const { url: at } = await login(visitor, `/cases/${id}?q=1`);
    expect(at).toBe(`${url}/cases/${id}?q=1`);
    expect(await me()).toMatchObject({ user: { id: 'a.durand', roles: ['analyst'], clinics: null }, confirmed_by: 'oidc' });
    expect(await (await visitor.ask('GET', `${url}/v1/cases/${id}`)).json()).toMatchObject({ case: { actor_id: 'dr.martin' } });
    expect(rows()[0]).toEqual(['a.durand', 'GET', '/auth/callback', 303]);
    expect(JSON.stringify(auditRowsOf(log))).not.toMatch(/code=|state=/);
    const sent = new URL(visitor.went[0] ?? '');
    expect([
      sent.searchParams.get('code_challenge_method'),
      sent.searchParams.get('response_type'),
      (sent.searchParams.get('nonce') ?? '').length > 20,
    ]).toEqual(['S256', 'code', true]);
    // What was carried there is used up, and a session is no text that says anything.
    expect([...visitor.cookies(url).keys()]).toEqual(['vigie']);
    const [session = ''] = visitor.cookies(url).values();
    // Long enough that no sealed bytes look like it by chance.
    for (const text of [session, Buffer.from(session.split('.').join(''), 'base64url').toString('latin1')])
      expect(text).not.toContain('a.durand');
  });

  it('lets nobody in by a token, a link or a password beside it; programs go on by their tokens', async () => {
    await start();
    for (const body of [{ token: 'a.durand' }, { link: 'x' }, { user: 'a.durand', password: 'seven quiet herons' }])
      expect((await visitor.ask('POST', `${url}/v1/login`, body)).status).toBe(401);
    expect((await one.get('/v1/cases', 'a.durand')).status).toBe(200);
  });

  it('refuses who has no such group, says so on a page, and writes it down', async () => {
    await start();
    provider.person = { id: 'c.petit', claims: { groups: ['canteen'] } };
    const { status, text } = await login();
    expect([status, refusedIn(text), await me()]).toEqual([403, 'no_role', expect.objectContaining({ user: null })]);
    expect(rows()).toContainEqual(['', 'GET', '/auth/callback', 403]);
  });

  it('refuses who names nobody, and who is refused there', async () => {
    await start({}, { VIGIE_OIDC_USER_CLAIM: 'email' });
    provider.person = { id: '1', claims: { email: 'a@aleo.example', email_verified: false, groups: ['soc'] } };
    expect(refusedIn((await login()).text)).toBe('nobody');
    provider.person = { id: '1', claims: { email: 'a@aleo.example', email_verified: true, groups: ['soc'] } };
    await login();
    expect(await me()).toMatchObject({ user: { id: 'a@aleo.example' } });
    provider.refuses = true;
    expect(refusedIn((await login(new Visitor())).text)).toBe('refused');
  });

  it('is asked beside the token where that has no groups, and by a claim inside of another', async () => {
    await start({ claimsInToken: false }, { VIGIE_OIDC_GROUPS_CLAIM: 'realm_access.roles' });
    provider.person = { id: 'a.durand', claims: { realm_access: { roles: ['ndb'] } } };
    await login();
    expect(await me()).toMatchObject({ user: { id: 'a.durand', roles: ['reader'], clinics: ['990000009'] } });
    // A case of another clinic is none for them.
    expect((await visitor.ask('GET', `${url}/v1/cases/${id}`)).status).toBe(404);
  });

  it('works for a public client, by PKCE alone', async () => {
    await start({ isPublic: true });
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await login();
    expect(await me()).toMatchObject({ user: { id: 'a.durand' } });
  });

  it('must say how somebody logged in where a group asks for it', async () => {
    await start();
    provider.person = { id: 'dpo', claims: { groups: ['dpo-strong'] }, acr: 'urn:one' };
    expect(refusedIn((await login()).text)).toBe('no_role');
    expect(new URL(visitor.went[0] ?? '').searchParams.get('acr_values')).toBe('urn:two');
    provider.person = { id: 'dpo', claims: { groups: ['dpo-strong'] }, acr: 'urn:two' };
    await login(new Visitor());
    const other = new Visitor();
    await login(other);
    expect(await me(other)).toMatchObject({ user: { roles: ['dpo'] } });
  });

  it('is not believed with a state, a cookie or a code of somebody else, nor twice', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    const back = await visitor.go(`${url}/auth/oidc`, ({ pathname }) => pathname === '/auth/callback');
    // Another browser comes with the address alone.
    const thief = new Visitor();
    const stolen = await thief.go(back.url);
    expect([stolen.status, refusedIn(stolen.text), await me(thief)]).toEqual([
      403,
      'not_begun',
      expect.objectContaining({ user: null }),
    ]);
    const wrongState = new URL(back.url);
    wrongState.searchParams.set('state', 'made-up');
    expect(refusedIn((await thief.go(wrongState.href)).text)).toBe('not_begun');
    const copy = new Visitor();
    copy.steal(url, visitor);
    await visitor.go(back.url);
    expect(await me()).toMatchObject({ user: { id: 'a.durand' } });
    // The same code a second time, with a copy of what was carried.
    expect(refusedIn((await copy.go(back.url)).text)).toBe('not_believed');
    expect(await me(copy)).toMatchObject({ user: null });
  });

  it('is not believed by a nonce or a verifier that is not that of the browser', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    const client = new IdentityProvider({
      issuer: provider.issuer,
      clientId,
      clientSecret,
      scopes: 'openid groups',
      claims: { user: 'sub', groups: 'groups' },
      consoleUrl: url,
      pushes: false,
    });
    const finish = async (change: Partial<RoundTrip>) => {
      const begun = await client.begin({ to: '/', confirms: '', acrValues: [], now: Date.now() });
      if (typeof begun === 'string') throw new Error('the provider of the test is away');
      const back = await new Visitor().go(begun.url.href, ({ pathname }) => pathname === '/auth/callback');
      return client.finish(back.url.slice(url.length), { ...begun.trip, ...change }, Date.now());
    };
    expect(await finish({})).toMatchObject({ id: 'a.durand', groups: ['soc'] });
    expect(await finish({ nonce: 'another' })).toBe('not_believed');
    expect(await finish({ verifier: 'another-verifier-of-forty-three-letters-at-least' })).toBe('not_believed');
  });

  it('is not believed by a code that is over', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    const back = await visitor.go(`${url}/auth/oidc`, ({ pathname }) => pathname === '/auth/callback');
    const real = Date.now.bind(Date);
    const later = jest.spyOn(Date, 'now').mockImplementation(() => real() + 120_000);
    const { text } = await visitor.go(back.url).finally(() => later.mockRestore());
    expect([refusedIn(text), await me()]).toEqual(['not_believed', expect.objectContaining({ user: null })]);
  });

  it('may change its keys: who tries again is believed', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await login();
    provider.rotateKeys();
    const last = new Visitor();
    await login(last);
    expect(await me(last)).toMatchObject({ user: { id: 'a.durand' } });
  });

  it('may be away: that is said, and those who are in stay in', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await provider.stop();
    const { status, text } = await login();
    expect([status, refusedIn(text)]).toEqual([503, 'away']);
    await provider.start();
    await login();
    await provider.stop();
    expect((await visitor.ask('GET', `${url}/v1/cases`)).status).toBe(200);
  });

  it('proves again who somebody is before a list, by a login of now, and of nobody else', async () => {
    await start();
    one.patients.invent(3);
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await login();
    const list = async () => (await visitor.ask('GET', `${url}/v1/cases/${id}/patients`)).status;
    // A session that the provider had anyway is no proof of now: it does not say when that was.
    expect(await list()).toBe(403);
    const before = visitor.cookies(url).get('vigie');
    const copy = new Visitor();
    copy.steal(url, visitor);
    const { url: at } = await visitor.go(`${url}/auth/oidc/confirm?to=/cases/${id}/patients`);
    expect([at, await list()]).toEqual([`${url}/cases/${id}/patients`, 200]);
    const sent = visitor.went.map((one) => new URL(one).searchParams).find((query) => query.get('prompt') === 'login');
    expect([sent?.get('max_age'), sent?.get('login_hint')]).toEqual(['300', 'a.durand']);
    // It is another session: a copy of the cookie of before is none for long, and has no list meanwhile.
    expect(visitor.cookies(url).get('vigie')).not.toBe(before);
    expect((await copy.ask('GET', `${url}/v1/cases/${id}/patients`)).status).toBe(403);
    // Somebody else at the same browser, whom the provider had not seen there.
    visitor.forget(provider.issuer);
    provider.person = { id: 'b.leroy', claims: { groups: ['soc'] } };
    const other = await visitor.go(`${url}/auth/oidc/confirm?to=/`);
    expect([other.status, refusedIn(other.text), await list()]).toEqual([403, 'other_person', 200]);
    one.wait(11_000);
    expect([(await copy.ask('GET', `${url}/v1/cases`)).status, await list()]).toEqual([401, 200]);
    one.wait(300_000);
    expect(await list()).toBe(403);
    expect([refusedIn((await visitor.go(`${url}/auth/oidc/confirm?to=/`)).text), await list()]).toEqual(['not_recent', 403]);
    expect(rows()).toEqual(
      expect.arrayContaining([
        ['a.durand', 'GET', '/auth/oidc/confirm', 302],
        ['a.durand', 'GET', '/auth/callback', 303],
      ]),
    );
    expect((await new Visitor().ask('GET', `${url}/auth/oidc/confirm`)).status).toBe(401);
  });

  it('is left too by who leaves, and a session lasts no longer than one', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await login();
    const { leave_at: at } = (await (await visitor.ask('POST', `${url}/v1/logout`, {})).json()) as { leave_at: string };
    const leave = new URL(at);
    expect([leave.origin, leave.searchParams.get('post_logout_redirect_uri'), leave.searchParams.has('id_token_hint')]).toEqual([
      provider.issuer,
      `${url}/login`,
      true,
    ]);
    expect(await me()).toMatchObject({ user: null });
    await login();
    one.wait(idleMsMax);
    expect(await me()).toMatchObject({ user: null });
  });

  it('does not decide alone: what a group allows is asked at each request', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await login();
    writeFileSync(join(folder, 'roles.yml'), rolesText.replace('soc', 'others'));
    // The console looks at the file every other second; the test does not wait for that.
    const { readGrantsFile } = await import('../oidc/grants-file.js');
    const { CONSOLE_CONFIG } = await import('../config.js');
    one.app
      .get<{ oidc: { grants: { use(other: unknown): void } } }>(CONSOLE_CONFIG)
      .oidc.grants.use(readGrantsFile(join(folder, 'roles.yml')));
    expect((await visitor.ask('GET', `${url}/v1/cases`)).status).toBe(401);
  });

  it.each([
    '//elsewhere.example/x',
    '/\\elsewhere.example',
    'https://elsewhere.example',
    '/auth/oidc',
    'javascript:alert(1)',
    '/a b',
  ])('sends nobody to %s', async (to) => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    expect((await login(visitor, to)).url).toBe(`${url}/`);
  });
});
