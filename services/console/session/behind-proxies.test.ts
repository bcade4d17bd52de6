import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { isOwnHost } from '#libs/runtime/host-check.js';
import { ownHostsOf, readConfig } from '#libs/runtime/config.js';
import { auditRowsOf, newLog } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { consoleConfig, namesOf } from '../config.js';

/** Whether requests may come by a name, where people open the console at another. */
function comes(env: Readonly<Record<string, string>>, host: string): boolean {
  const config = readConfig(consoleConfig, { VIGIE_CONSOLE_URL: 'https://vigie.aleo.example', ...env });
  return isOwnHost(host, ownHostsOf({ ...config, VIGIE_HOSTS: namesOf(config) }));
}

describe('a console behind proxies', () => {
  let log: MemoryLog;
  let one: RunningConsole | undefined;
  beforeEach(() => {
    log = newLog();
  });
  afterEach(() => one?.stop());

  /** Addresses of the audit, for requests that say that they were forwarded so. */
  async function addressesOf(proxies: string | undefined, chains: readonly (string | undefined)[]): Promise<readonly string[]> {
    one = await RunningConsole.start(log.connect(), 20_000, new MemoryLists(), {
      ...(proxies !== undefined && { VIGIE_CONSOLE_PROXIES: proxies }),
    });
    await one.app.listen(0, '127.0.0.1');
    const url = await one.app.getUrl();
    for (const chain of chains)
      await fetch(`${url}/v1/cases`, {
        headers: { authorization: 'Bearer a.durand', ...(chain !== undefined && { 'x-forwarded-for': chain }) },
      });
    return auditRowsOf(log).map(({ remote_address }) => remote_address);
  }

  it('writes down where people come from, which the last proxy of ours says, and nobody before it', async () => {
    const chains = ['198.51.100.7', '6.6.6.6, 198.51.100.8, 10.1.2.3', '198.51.100.9:51234', '[2001:db8::1]:443', undefined];
    expect(await addressesOf('127.0.0.1, 10.1.0.0/16', chains)).toEqual([
      '198.51.100.7',
      '198.51.100.8',
      '198.51.100.9',
      '2001:db8::1',
      '127.0.0.1',
    ]);
  });

  it('believes nobody whom it does not know', async () => {
    expect(await addressesOf('10.1.2.3', ['198.51.100.7'])).toEqual(['127.0.0.1']);
    await one?.stop();
    log = newLog();
    expect(await addressesOf(undefined, ['198.51.100.7'])).toEqual(['127.0.0.1']);
  });

  it('lets nobody shut out others who come by the same proxy', async () => {
    await addressesOf('127.0.0.1', []);
    const url = await one?.app.getUrl();
    const tried = async (user: string, from: string) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
      return (await fetch(`${url}/v1/login`, { method: 'POST', headers, body: JSON.stringify({ user, password: 'x' }) })).status;
    };
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push(await tried('a.durand', '198.51.100.7'));
    expect([...statuses, await tried('a.durand', '198.51.100.8')]).toEqual([401, 401, 401, 401, 401, 429, 401]);
  });

  it('knows a session beside what a proxy hands on of its own password or provider, and asks of it what it asks of any', async () => {
    await addressesOf(undefined, []);
    const url = await one?.app.getUrl();
    const ask = (path: string, headers: Readonly<Record<string, string>>, body?: object) =>
      fetch(`${url}${path}`, {
        headers: { 'content-type': 'application/json', ...headers },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
    const ours = { 'sec-fetch-site': 'same-origin' };
    for (const authorization of ['Basic YTpi', 'Bearer eyJ.of.another']) {
      const entered = await ask('/v1/login', { ...ours, authorization }, { token: 'a.durand' });
      const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const me = async (more: object) => (await ask('/v1/me', { cookie, ...more })).json();
      expect(await me({ authorization })).toMatchObject({ user: { id: 'a.durand' } });
      // Whose token is known asks by that, whoever is logged in.
      expect(await me({ authorization: 'Bearer dpo' })).toMatchObject({ user: { id: 'dpo' } });
      const led = await ask('/v1/confirm', { cookie, authorization, 'sec-fetch-site': 'cross-site' }, { token: 'a.durand' });
      expect(led.status).toBe(403);
    }
    const nobody = { authorization: 'Basic YTpi', 'sec-fetch-site': 'cross-site' };
    expect((await ask('/v1/login', nobody, { token: 'a.durand' })).status).toBe(403);
  });

  it('refuses what is no address of a proxy', () => {
    for (const wrong of ['proxy.example', '10.0.0.0/33', '*'])
      expect(() => readConfig(consoleConfig, { VIGIE_CONSOLE_PROXIES: wrong })).toThrow('must hold addresses and networks');
  });

  it('is known by the name by which people open it, and by no other where names are asked for', () => {
    expect([comes({}, 'vigie.aleo.example'), comes({}, 'evil.example')]).toEqual([true, false]);
    const named = { VIGIE_HOST: '0.0.0.0', VIGIE_HOSTS: 'vigie-1' };
    expect([comes(named, 'vigie.aleo.example:443'), comes(named, 'vigie-1'), comes(named, 'evil.example')]).toEqual([
      true,
      true,
      false,
    ]);
    // Without names those of a network are its own affair, as before.
    expect(comes({ VIGIE_HOST: '0.0.0.0' }, 'anything.example')).toBe(true);
  });
});
