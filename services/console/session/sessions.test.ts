import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { topics } from '#libs/contracts/topics.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { auditRowsOf, newLog, tell } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { linkMs, newLoginSecret, takeLoginSecret } from './login-link.js';
import { isOwnPage } from './same-origin.js';
import { idleMsMax, type Session, SessionSeal, sessionMsMax } from './sealed-session.js';
import { readSessionKeys } from './session-keys.js';

const key = (byte: number) => new Uint8Array(32).fill(byte);
const now = Date.parse('2026-11-23T09:00:00.000Z');
const session: Session = {
  id: 'a'.repeat(32),
  user: 'a.durand',
  beganAt: now,
  activeAt: now,
  confirmedAt: now,
  turn: 0,
  how: 'token',
};

describe('a sealed session', () => {
  it('is opened by any key that is known, until it is idle for too long or as old as it may be, whoever is in it', async () => {
    const minutes = fc.integer({ min: 0, max: 11 * 60 }).map((one) => one * 60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }),
        minutes,
        minutes,
        async (user, activeAfter, askedAfter) => {
          const given = { ...session, user, activeAt: now + activeAfter };
          const sealed = await new SessionSeal([key(1)]).seal(given);
          const opened = await new SessionSeal([key(2), key(1)]).open(sealed, now + askedAfter);
          const ends = Math.min(activeAfter + idleMsMax, sessionMsMax);
          expect(opened).toEqual(askedAfter < ends ? given : undefined);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('says nothing of who is in it, and is none for another key, or with anything changed', async () => {
    const seal = new SessionSeal([key(1)]);
    const sealed = await seal.seal(session);
    expect(Buffer.from(sealed.split('.').join(''), 'base64url').toString('latin1')).not.toContain('durand');
    expect(await new SessionSeal([key(2)]).open(sealed, now)).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.constantFrom('A', 'b', '.', '_'), async (place, letter) => {
        const changed = sealed.slice(0, place) + letter + sealed.slice(place + 1);
        // The last letter of a part holds bits that mean nothing.
        const isSame = bytesOf(changed) === bytesOf(sealed);
        expect(await seal.open(changed, now)).toEqual(isSame ? session : undefined);
      }),
    );
  });

  it('has keys of 32 bytes, which nobody guesses', () => {
    const text = randomBytes(32).toString('base64');
    expect(readSessionKeys(`${text},\n${text}`).map(({ length }) => length)).toEqual([32, 32]);
    const repeated = Buffer.from(key(7)).toString('base64');
    for (const wrong of ['', 'short', `${text}, short`, repeated, `${text}, ${repeated}`])
      expect(() => readSessionKeys(wrong)).toThrow('VIGIE_CONSOLE_KEY');
  });
});

function bytesOf(sealed: string): string {
  return sealed
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.');
}

describe('a link that logs in', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-link-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('works once, for whoever has the newest, and for an hour', () => {
    const at = systemClock.now();
    expect(takeLoginSecret(folder, 'nothing was made', at)).toBe(false);
    const old = newLoginSecret(folder);
    const secret = newLoginSecret(folder);
    expect([
      takeLoginSecret(folder, old, at),
      takeLoginSecret(folder, '', at),
      takeLoginSecret(folder, secret, at + 2 * linkMs),
    ]).toEqual([false, false, false]);
    expect([takeLoginSecret(folder, secret, at), takeLoginSecret(folder, secret, at)]).toEqual([true, false]);
  });
});

describe('a request that changes something', () => {
  const json = { 'content-type': 'application/json; charset=utf-8', host: 'vigie:7414' };
  it.each([
    ['by a page of ours', { ...json, 'sec-fetch-site': 'same-origin' }, true],
    ['by a page of ours in an old browser', { ...json, origin: 'http://vigie:7414' }, true],
    ['by another site', { ...json, 'sec-fetch-site': 'cross-site' }, false],
    ['by another port of the same host', { ...json, 'sec-fetch-site': 'same-site' }, false],
    ['typed into the address', { ...json, 'sec-fetch-site': 'none' }, false],
    ['by another site in an old browser', { ...json, origin: 'http://elsewhere' }, false],
    ['by a page without origin', { ...json, origin: 'null' }, false],
    ['by nobody says whom', json, false],
    ['as a form', { ...json, 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' }, false],
    ['without a type', { host: 'vigie:7414', 'sec-fetch-site': 'same-origin' }, false],
  ])('%s', (_name, headers, isTaken) => {
    expect(isOwnPage(headers, true)).toBe(isTaken);
  });

  it('by a page of ours comes without TLS through a proxy that puts its own name into Host, where people open the console at another', () => {
    const origins = ['http://vigie.aleo.example', 'http://elsewhere', 'https://vigie.aleo.example', 'null'];
    const taken = origins.filter((origin) => isOwnPage({ ...json, origin }, true, 'http://vigie.aleo.example/'));
    expect(taken).toEqual(['http://vigie.aleo.example']);
  });
});

/** What a console answers who comes with a cookie. */
const at = async (one: RunningConsole, cookie: string) =>
  (await one.app.inject({ method: 'GET', url: '/v1/cases', headers: { cookie } })).statusCode;

describe('a session at several consoles', () => {
  it('that was confirmed at one is over in its older cookies at another that has seen the newer one', async () => {
    const log = newLog();
    const key = { VIGIE_CONSOLE_KEY: randomBytes(32).toString('base64') };
    const [here, there] = [
      await RunningConsole.start(log.connect(), 20_000, undefined, key),
      await RunningConsole.start(log.connect(), 20_001, undefined, key),
    ];
    const post = async (url: string, payload: object, cookie = '') => {
      const answer = await here.app.inject({
        method: 'POST',
        url,
        headers: { 'sec-fetch-site': 'same-origin', cookie },
        payload,
      });
      return String(answer.headers['set-cookie']).split(';')[0] ?? '';
    };
    const old = await post('/v1/login', { token: 'a.durand' });
    const fresh = await post('/v1/confirm', { token: 'a.durand' }, old);
    for (const one of [here, there]) one.wait(10_000);
    expect([await at(here, old), await at(here, fresh), await at(there, old), await at(there, fresh)]).toEqual([
      401, 200, 200, 200,
    ]);
    there.wait(10_000);
    expect([await at(there, old), await at(there, fresh)]).toEqual([401, 200]);
    await here.stop();
    await there.stop();
  });
});

describe('a browser at the console', () => {
  let log: MemoryLog;
  let one: RunningConsole;
  beforeAll(async () => {
    log = newLog();
    await tell(log, aChange('a', 1, { changed_at: new Date(systemClock.now()).toISOString() }));
    one = await RunningConsole.start(log.connect(), 20_000);
  });
  afterAll(() => one.stop());

  const own = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  const ask = (method: 'GET' | 'POST', url: string, headers: Record<string, string> = {}, payload?: object) =>
    one.app.inject({ method, url, headers, ...(payload && { payload }) });
  const login = (body: object, headers: Record<string, string> = own) => ask('POST', '/v1/login', headers, body);

  it('is let in by a token, is somebody by its cookie from then on, and nobody after leaving', async () => {
    const answer = await login({ token: 'a.durand' });
    expect([answer.statusCode, answer.json()]).toEqual([200, { user: { id: 'a.durand', roles: ['analyst'], clinics: null } }]);
    const set = String(answer.headers['set-cookie']);
    expect(set).toMatch(/^vigie=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=36000$/);
    const cookie = set.split(';')[0] ?? '';
    expect((await ask('GET', '/v1/cases', { cookie })).json()).toMatchObject({ cases: [{ actor_id: 'dr.martin' }] });
    expect((await ask('GET', '/v1/me', { cookie })).json()).toMatchObject({ user: { id: 'a.durand' } });
    expect((await ask('GET', '/v1/me')).json()).toEqual({ user: null, confirmed_until: null, ways: ['token'] });
    const left = await ask('POST', '/v1/logout', { ...own, cookie }, {});
    expect(String(left.headers['set-cookie'])).toMatch(/^vigie=; .*Max-Age=0$/);
  });

  it('is refused with what lets nobody in, and each login is written down', async () => {
    const before = auditRowsOf(log).length;
    expect((await login({ token: 'nobody' })).statusCode).toBe(401);
    expect((await login({ link: 'made up' })).statusCode).toBe(401);
    expect((await login({ user: 'a.durand' })).statusCode).toBe(422);
    await login({ token: 'dpo' });
    expect(auditRowsOf(log).slice(before)).toMatchObject([
      { by: '', route: '/v1/login', status: 401 },
      { by: '', route: '/v1/login', status: 401 },
      { by: 'dpo', route: '/v1/login', status: 200 },
    ]);
  });

  it('changes nothing for another site, with or without a session', async () => {
    const cookie = String((await login({ token: 'a.durand' })).headers['set-cookie']).split(';')[0] ?? '';
    const path = `/v1/cases/${anIncidentId('a')}/actions`;
    const foreign = { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json', 'idempotency-key': 'k', cookie };
    for (const headers of [
      foreign,
      { ...own, 'content-type': 'text/plain', cookie },
      { 'content-type': 'application/json', cookie },
    ])
      expect((await ask('POST', path, headers, { type: 'case.acknowledged' })).json()).toMatchObject({ error: 'not_our_page' });
    expect((await login({ token: 'a.durand' }, { ...own, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
    expect([0, 1].flatMap((partition) => log.frames({ topic: topics.actions, partition }))).toEqual([]);
  });

  it.each(['cross-site', 'same-site'])(
    'answers nothing of itself to a link that is followed from elsewhere (%s), but shows its pages',
    async (site) => {
      const cookie = String((await login({ token: 'a.durand' })).headers['set-cookie']).split(';')[0] ?? '';
      const led = { 'sec-fetch-site': site, cookie };
      for (const path of ['/v1/cases', `/v1/cases/${anIncidentId('a')}/patients.csv`]) {
        const answer = await ask('GET', path, led);
        expect([answer.statusCode, answer.json().error]).toEqual([403, 'not_our_page']);
      }
      expect((await ask('GET', '/', led)).statusCode).not.toBe(403);
      expect((await ask('GET', '/v1/cases', { 'sec-fetch-site': 'none', cookie })).statusCode).toBe(200);
      expect((await ask('GET', '/v1/cases', { cookie })).statusCode).toBe(200);
    },
  );
});
