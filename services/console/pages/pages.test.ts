import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { auditRowsOf, newLog } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { pagePaths } from './built-pages.js';
import { pagesForTests } from './pages.fixture.js';

/** Bytes of gzip that a browser loads at most: for the first page, and for another one. */
const budget = { script: 110_000, style: 15_000, other: 30_000 };

const folder = pagesForTests();
const index = readFileSync(join(folder, 'index.html'), 'utf8');
const named = [...index.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name = '']) => name);
const assets = readdirSync(join(folder, 'assets'))
  .filter((name) => /\.(js|css)$/.test(name))
  .map((name) => `assets/${name}`);
const bytesOf = (names: readonly string[]) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);

describe('the built pages', () => {
  it('are small: the first page in what its document names, each other page in what is loaded besides', () => {
    const first = {
      script: bytesOf(named.filter((name) => name.endsWith('.js'))),
      style: bytesOf(named.filter((name) => name.endsWith('.css'))),
    };
    expect(first.script).toBeGreaterThan(10_000);
    expect([first.script <= budget.script, first.style <= budget.style, first]).toEqual([true, true, first]);
    const others = assets.filter((name) => !named.includes(name));
    expect(others.length).toBeGreaterThan(3);
    expect(others.filter((name) => bytesOf([name]) > budget.other)).toEqual([]);
  });

  it('name nothing of another origin, and hold no script or style of their own in the document', () => {
    expect(index).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
    expect([...index.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, at = '']) => at).filter((at) => !/^\/(?!\/)/.test(at))).toEqual(
      [],
    );
    const styles = assets.filter((name) => name.endsWith('.css')).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(styles.filter((text) => /url\(|@import/.test(text))).toEqual([]);
  });

  it('pass on the licences of what is in them', () => {
    expect(readFileSync(join(folder, 'licences.md'), 'utf8')).toMatch(/react-dom[\s\S]*wouter/);
  });

  it('have the paths that the console knows as pages', () => {
    const [, list = ''] = /pagePaths = \[([^\]]+)\]/.exec(readFileSync(join(projectRoot, 'web/src/routes.ts'), 'utf8')) ?? [];
    expect([...list.matchAll(/'([^']*)'/g)].map(([, path]) => path)).toEqual([...pagePaths]);
  });
});

describe('a browser that asks for pages', () => {
  let one: RunningConsole;
  const log = newLog();
  beforeAll(async () => {
    one = await RunningConsole.start(log.connect(), 20_000);
  });
  afterAll(() => one.stop());
  const get = (url: string, headers: Record<string, string> = {}) => one.app.inject({ method: 'GET', url, headers });

  it.each(['/', '/login', '/cases/3f0c', '/cases/3f0c/timeline', '/accounts/aleo/dr.martin%2F..', '/feeds', '/me'])(
    'gets the document for %s, under a policy that lets nothing else in',
    async (path) => {
      const { statusCode, headers, body } = await get(path);
      expect([statusCode, body]).toEqual([200, index]);
      expect(headers).toMatchObject({
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy).toMatch(/frame-ancestors 'none'.*require-trusted-types-for 'script'/);
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    },
  );

  it('gets files as they were compressed, for ever, and nothing beside them', async () => {
    const [script = ''] = named;
    const packed = await get(`/${script}`, { 'accept-encoding': 'br' });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'br', 'cache-control': 'public, max-age=31536000, immutable' });
    expect(packed.rawPayload).toEqual(readFileSync(join(folder, `${script}.br`)));
    for (const path of [
      '/assets/..%2Findex.html',
      '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
      '/assets/none.js',
      '/licences.md',
      '/dist/web/index.html',
    ])
      expect([path, (await get(path)).statusCode]).toEqual([path, 404]);
    // One console of two is replaced first: what the other lacks for a minute must not be missing for a year.
    expect((await get('/assets/index-0f0f0f0f.js')).headers['cache-control']).toBe('no-store');
  });

  it('is not written down for pages and totals, and is for what it may not have', async () => {
    const headers = { authorization: 'Bearer a.durand' };
    for (const path of ['/', '/feeds', `/${named[0]}`, '/v1/me', '/v1/summary'])
      expect((await get(path, headers)).statusCode).toBe(200);
    expect(auditRowsOf(log)).toEqual([]);
    expect((await get('/v1/feeds', headers)).statusCode).toBe(503);
    expect((await get('/v1/summary')).statusCode).toBe(401);
    expect(auditRowsOf(log)).toMatchObject([
      { by: 'a.durand', route: '/v1/feeds', status: 503 },
      { by: '', route: '/v1/summary', status: 401 },
    ]);
  });
});
