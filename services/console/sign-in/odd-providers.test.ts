import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { newLog, tell } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { IdentityProvider, type ProviderSettings } from '../oidc/identity-provider.js';
import { clientId, clientSecret, type ProviderOptions, RunningProvider } from './provider.fixture.js';
import { Visitor } from './visitor.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-odd-providers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const id = anIncidentId('a');
const refusedIn = (text: string) => /data-refused="(\w+)"|"error":"(\w+)"/.exec(text)?.slice(1).find(Boolean);

/** As directories name them. */
const longGroups = [...Array(30).keys()].map((at) =>
  `CN=GG_VIGIE_${at},OU=Groupes de sécurité,OU=Établissement,DC=aleo,DC=example`.padEnd(199, 'x'),
);

describe('providers as hospitals have them', () => {
  let port = 0;
  let url = '';
  let log: MemoryLog;
  let one: RunningConsole | undefined;
  let provider: RunningProvider;
  let visitor: Visitor;

  async function startProvider(options: Partial<ProviderOptions> = {}) {
    provider = new RunningProvider({ port: port + 1, consoleUrl: url, ...options });
    await provider.start();
  }

  async function start(
    options: Partial<ProviderOptions> = {},
    more: Readonly<Record<string, string>> = {},
  ): Promise<RunningConsole> {
    const names = ['soc', ...longGroups].map(
      (group) => `  - { group: ${JSON.stringify(group)}, roles: [analyst], clinics: ['*'] }`,
    );
    writeFileSync(join(folder, 'roles.yml'), `roles:\n${names.join('\n')}\n`);
    await startProvider(options);
    const settings = {
      VIGIE_CONSOLE_URL: url,
      VIGIE_OIDC_ISSUER: provider.issuer,
      VIGIE_OIDC_CLIENT_ID: clientId,
      VIGIE_OIDC_CLIENT_SECRET: clientSecret,
      VIGIE_OIDC_SCOPES: 'openid groups email profile',
      VIGIE_ROLES_FILE: join(folder, 'roles.yml'),
      ...more,
    };
    one = await RunningConsole.start(log.connect(), 20_000, new MemoryLists(), settings);
    await one.app.listen(port, '127.0.0.1');
    return one;
  }

  beforeEach(async () => {
    port = await freePortBase();
    url = `http://127.0.0.1:${port}`;
    log = newLog();
    await tell(log, aChange('a', 1, { actor_id: 'dr.martin' }));
    visitor = new Visitor();
  });
  afterEach(async () => {
    await one?.stop();
    one = undefined;
    await provider.stop();
  });

  const me = async (who = visitor) =>
    (await (await who.ask('GET', `${url}/v1/me`)).json()) as { readonly user: { readonly id: string } | null };
  const login = (who = visitor, to = '/') => who.go(`${url}/auth/oidc?to=${encodeURIComponent(to)}`);
  const toTheProvider = (to: string) => visitor.go(`${url}/auth/oidc?to=${to}`, ({ pathname }) => pathname === '/auth/callback');

  it.each(['basic', 'post'] as const)('takes the secret by %s alone, though both are named', async (secretBy) => {
    await start({ secretBy });
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await login();
    expect(await me()).toMatchObject({ user: { id: 'a.durand' } });
    // What was found out is remembered.
    const other = new Visitor();
    await login(other);
    expect(await me(other)).toMatchObject({ user: { id: 'a.durand' } });
  });

  it('signs what it says beside the token', async () => {
    await start({ claimsInToken: false, signsUserInfo: true });
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await login();
    expect(await me()).toMatchObject({ user: { id: 'a.durand' } });
  });

  it('is gone to from several tabs at once, each of which comes back to its own page', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    // Both tabs are on their way to the provider when somebody logs in by the first.
    const first = await visitor.go(`${url}/auth/oidc?to=/feeds`, ({ origin }) => origin === provider.issuer);
    const second = await visitor.go(`${url}/auth/oidc?to=/cases/${id}`, ({ origin }) => origin === provider.issuer);
    expect((await visitor.go(first.url)).url).toBe(`${url}/feeds`);
    expect((await visitor.go(second.url)).url).toBe(`${url}/cases/${id}`);
    expect(await me()).toMatchObject({ user: { id: 'a.durand' } });
    expect([...visitor.cookies(url).keys()]).toEqual(['vigie']);
  });

  it('is gone to as often as somebody likes: the oldest is given up, and what is carried stays small', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    const first = await toTheProvider('/feeds');
    for (let times = 0; times < 5; times += 1) await toTheProvider('/books');
    expect(visitor.cookies(url).size).toBe(3);
    expect(refusedIn((await visitor.go(first.url)).text)).toBe('not_begun');
  });

  it('says more of somebody than a cookie, or the headers of an answer behind a proxy, has room for', async () => {
    await start({}, { VIGIE_OIDC_USER_CLAIM: 'preferred_username' });
    provider.person = { id: 'a'.repeat(180), claims: { groups: longGroups, preferred_username: 'é'.repeat(200) } };
    const back = await toTheProvider('/');
    const answer = await visitor.ask('GET', back.url);
    const header = [...answer.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
    expect([answer.status, Buffer.byteLength(header) < 4_096]).toEqual([303, true]);
    expect((await me()).user?.id).toBe('é'.repeat(200));
    // By the first of them, so that the entry that counts is still the first one that fits.
    expect((await visitor.ask('GET', `${url}/v1/cases/${id}`)).status).toBe(200);
  });

  it('has more groups of somebody than it hands on, and is not taken for one that gives them none', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { _claim_names: { groups: 'src1' } } };
    expect(refusedIn((await login()).text)).toBe('too_many_groups');
  });

  it('has a clock of its own, minutes behind ours: a proof of now is one all the same', async () => {
    const console = await start();
    console.patients.invent(3);
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    console.wait(180_000);
    await login();
    const list = async () => (await visitor.ask('GET', `${url}/v1/cases/${id}/patients`)).status;
    expect(await list()).toBe(403);
    await visitor.go(`${url}/auth/oidc/confirm?to=/`);
    expect(await list()).toBe(200);
    // And lasts no longer than any.
    console.wait(301_000);
    expect(await list()).toBe(403);
  });

  it('wants to be told by the console and not by the browser what is asked', async () => {
    await start({ wantsPushed: true, secretBy: 'basic' }, { VIGIE_OIDC_PAR: 'true' });
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await login();
    expect(await me()).toMatchObject({ user: { id: 'a.durand' } });
    expect(visitor.went[0]).toMatch(/\/auth\?request_uri=urn[^&]*&client_id=vigie$/);
  });

  it('is gone back to in the browser by who is in already, and sends them here once more', async () => {
    await start();
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    const back = await toTheProvider('/feeds');
    const again = new Visitor();
    await visitor.go(back.url);
    expect((await visitor.go(back.url)).url).toBe(`${url}/`);
    expect(refusedIn((await again.go(back.url)).text)).toBe('not_begun');
  });

  it('says that its page of login was left open for too long, which nobody is blamed for', async () => {
    await start();
    const state = new URL((await visitor.go(`${url}/auth/oidc`, ({ origin }) => origin === provider.issuer)).url).searchParams;
    const expired = `error=temporarily_unavailable&error_description=authentication_expired&state=${state.get('state')}`;
    expect(refusedIn((await visitor.go(`${url}/auth/callback?${expired}`)).text)).toBe('not_begun');
  });

  it.each([
    ['an RSA key', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'RS256'],
    ['a key of P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256'],
  ])('takes the signature of the console by %s in place of a secret', async (_, key, alg) => {
    const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString();
    const shown = { VIGIE_OIDC_CLIENT_SECRET: '', VIGIE_OIDC_CLIENT_KEY: pem, VIGIE_OIDC_CLIENT_KEY_ID: 'console-1' };
    await start({ clientKey: { key, kid: 'console-1', alg } }, shown);
    provider.person = { id: 'a.durand', claims: { groups: ['soc'] } };
    await login();
    expect(await me()).toMatchObject({ user: { id: 'a.durand' } });
  });

  it('asks for who somebody is where the token has the groups and not the name', async () => {
    await start({ claimsInToken: false }, { VIGIE_OIDC_USER_CLAIM: 'preferred_username', VIGIE_OIDC_GROUPS_CLAIM: 'sub' });
    provider.person = { id: 'soc', claims: { preferred_username: '899700000001' } };
    await login();
    expect(await me()).toMatchObject({ user: { id: '899700000001' } });
  });

  it('tells who runs the console why nobody comes in', async () => {
    await startProvider();
    const told: string[] = [];
    const settings: ProviderSettings = {
      issuer: provider.issuer,
      clientId,
      clientSecret,
      scopes: 'openid groups',
      claims: { user: 'sub', groups: 'groups' },
      consoleUrl: url,
      pushes: false,
    };
    const by = (change: Partial<ProviderSettings>) =>
      new IdentityProvider({ ...settings, ...change }, (refusal, reason) => void told.push(`${refusal}: ${reason}`));
    const tried = async (change: Partial<ProviderSettings>, confirms = '') => {
      const tried = by(change);
      const begun = await tried.begin({ to: '/', confirms, acrValues: [], now: Date.now() });
      if (typeof begun === 'string') return told.splice(0).join();
      const back = await new Visitor().go(begun.url.href, ({ pathname }) => pathname === '/auth/callback');
      await tried.finish(back.url.slice(url.length), begun.trip, Date.now());
      return told.splice(0).join();
    };
    provider.person = { id: 'a.durand', claims: { groups: ['soc'], email: 'a@aleo.example' } };
    expect(await tried({})).toBe('');
    expect(await tried({ clientSecret: 'another-secret-of-tests-77a1' })).toMatch(/^not_believed: .*status 401.*invalid_client/);
    expect(await tried({ issuer: provider.issuer.replace('127.0.0.1', 'localhost') })).toMatch(
      /^away: .*its issuer is http:\/\/127\.0\.0\.1:\d+: give VIGIE_OIDC_ISSUER that very text/,
    );
    expect(await tried({ issuer: `${provider.issuer}/realms/none` })).toMatch(
      /^away: .*status 404 of \/realms\/none\/\.well-known/,
    );
    expect(await tried({ claims: { user: 'oid', groups: 'groups' } })).toMatch(/^nobody: .*the claim oid/);
    expect(await tried({ claims: { user: 'email', groups: 'groups' }, scopes: 'openid email' })).toMatch(
      /^nobody: .*email_verified/,
    );
    expect(await tried({ pushes: true, clientSecret: 'another-secret-of-tests-77a1' })).toMatch(
      /^not_believed: .*invalid_client/,
    );
    provider.refuses = true;
    expect(await tried({})).toMatch(/^refused: .*access_denied/);
    await provider.stop();
    await startProvider({ signsBySecret: true });
    provider.person = { id: 'a.durand', claims: {} };
    expect(await tried({})).toMatch(/^not_believed: .*HS256, with the secret of the client/);
    await provider.stop();
    expect(await tried({})).toMatch(/^away: fetch failed: .*\(\w+\)$/);
  });
});
