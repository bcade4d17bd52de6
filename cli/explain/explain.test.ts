import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localKeyEntry } from '#libs/pseudonyms/key-file.js';
import { readCommandConfig } from '../config.js';
import type { ExplainOptions } from './command.js';
import { explainCommand } from './explain.js';

const view = {
  group_id: 'a/b',
  actor_id: 'nurse 1',
  newest_time: '2026-01-05T09:00:00.000Z',
  watermark: '2026-01-05T09:00:00.000Z',
  rules: [],
  incidents: [],
};
const elsewhere = { status: 404, body: { error: 'not_held_here', message: 'another scorer holds it' } };
const unknown = { status: 404, body: { error: 'unknown_account', message: 'unknown' } };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe('vigie explain', () => {
  it('asks one scorer after the other until one holds the account, names encoded', async () => {
    const urls = [await scorer(() => elsewhere), await scorer((path) => ({ status: 200, body: { ...view, extra: path } }))];
    expect(await explained({ group: 'a/b', scorer: urls })).toMatchObject({ group_id: 'a/b', actor_id: 'nurse 1' });
    expect(asked).toContain('/v1/accounts/a%2Fb/nurse%201');
  });

  it('asks for an address as accesses have it, however it is written', async () => {
    const url = await scorer(() => ({ status: 200, body: view }));
    await explained({ group: 'a', scorer: [url], subject: 'source_ip' }, {}, '2001:DB8:0:0::0001');
    expect(asked.at(-1)).toContain('/2001%3Adb8%3A%3A1');
  });

  it('tries the groups that the credentials name where none is given', async () => {
    const url = await scorer((path) =>
      path.includes('/helix/') ? { status: 200, body: { ...view, group_id: 'helix' } } : unknown,
    );
    const env = { VIGIE_INGEST_TOKENS: 'siem@other=t1,dpi@helix=t2,siem2@helix=t3', VIGIE_SCORER_URLS: url };
    expect(await explained({}, env)).toMatchObject({ group_id: 'helix' });
  });

  it('tries those that have taken accesses on this machine where no credential was given, as on a first start', async () => {
    const url = await scorer((path) =>
      path.includes('/a%20b/') ? { status: 200, body: { ...view, group_id: 'a b' } } : unknown,
    );
    const folder = mkdtempSync(join(tmpdir(), 'vigie-explain-'));
    localKeyEntry(folder, 'dev');
    localKeyEntry(folder, 'a b');
    expect(await explained({}, { VIGIE_DATA_DIR: folder, VIGIE_SCORER_URLS: url })).toMatchObject({ group_id: 'a b' });
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['an account without accesses', unknown, 'it has made no access that a rule looks at'],
    ['an account of another scorer', elsewhere, 'Give all scorers by --scorer or VIGIE_SCORER_URLS'],
    ['something that is no scorer', { status: 200, body: { hello: 'world' } }, 'what answers there is no scorer of this version'],
  ])('says of %s what it means', async (_, answer, text) => {
    const url = await scorer(() => answer);
    await expect(explained({ group: 'helix', scorer: [url] })).rejects.toThrow(text);
  });

  it('says which scorers are away, even when another does not know the account', async () => {
    const gone = await scorer(() => unknown);
    const [server] = servers.splice(0);
    server?.close();
    await expect(explained({ group: 'helix', scorer: [gone] })).rejects.toThrow(`no scorer answered`);
    const there = await scorer(() => unknown);
    await expect(explained({ group: 'helix', scorer: [gone, there] })).rejects.toThrow(
      new RegExp(`one of them may hold it:\\s+${gone}`),
    );
  });

  it('refuses to guess the group, and an address that is none', async () => {
    await expect(explained({}, { VIGIE_DATA_DIR: '/nonexistent' })).rejects.toThrow('give --group');
    await expect(explained({ group: 'helix', scorer: ['localhost'] })).rejects.toThrow('localhost is no address');
  });
});

let asked: string[] = [];

async function scorer(answer: (path: string) => { readonly status: number; readonly body: object }): Promise<string> {
  asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function explained(options: Partial<ExplainOptions>, env: NodeJS.ProcessEnv = {}, name = 'nurse 1'): Promise<unknown> {
  let text = '';
  const out = new Writable({ write: (chunk: Buffer, _, done) => ((text += chunk.toString()), done()) });
  await explainCommand(name, { format: 'json', ...options }, out, readCommandConfig(env));
  return JSON.parse(text);
}
