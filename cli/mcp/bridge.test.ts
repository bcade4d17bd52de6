import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { newLog, tell } from '#services/console/console-log.fixture.js';
import { RunningConsole } from '#services/console/console.fixture.js';
import { writeTokens } from '#services/console/mcp/mcp.fixture.js';
import { readTokensFile } from '#services/console/mcp/tokens-file.js';
import { bridge } from './bridge.js';
import { tokenCommand } from './token.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-mcp-'));
let one: RunningConsole;
let url: string;
beforeAll(async () => {
  const log = newLog();
  await tell(log, aChange('a', 1));
  one = await RunningConsole.start(log.connect(), 20_000, new MemoryLists(), { VIGIE_MCP_TOKENS_FILE: writeTokens(folder) });
  await one.app.listen(0, '127.0.0.1');
  url = await one.app.getUrl();
});
afterAll(async () => {
  await one.stop();
  rmSync(folder, { recursive: true, force: true });
});

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'list_cases', arguments: {} } };

describe('vigie mcp', () => {
  it('carries questions of either generation to the console, and its answers back', async () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const present = { jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'list_cases', arguments: {}, _meta: meta } };
    const answers = await spoken('all', [initialize, initialized, call, present]);
    expect(answers).toMatchObject([
      { id: 1, result: { protocolVersion: '2025-06-18', serverInfo: { name: 'vigie' } } },
      { id: 2, result: { structuredContent: { cases: [{ case_id: anIncidentId('a') }] } } },
      { id: 3, result: { structuredContent: { cases: [{ case_id: anIncidentId('a') }] } } },
    ]);
  });

  it('answers what the console did not take with its sentence, and what to do where none is there', async () => {
    expect(await spoken('nobody', [call])).toMatchObject(
      [{ id: 2, error: { message: /^give the token of an assistant/ } }].map(matching),
    );
    expect(await spoken('all', [call], 'http://127.0.0.1:9')).toMatchObject(
      [{ id: 2, error: { message: /does not answer at http:.*VIGIE_CONSOLE_URL/ } }].map(matching),
    );
  });
});

describe('vigie mcp token', () => {
  const options = {
    name: 'desk',
    owner: 'a.durand',
    group: 'aleo',
    role: 'analyst',
    clinics: ['750300123'],
    actor: 'masked',
    days: '30',
  };

  it('makes a token and the entry that lets its bearer in, until it ends', () => {
    const out = new PassThrough();
    tokenCommand(options, out, { now: () => 0 });
    const text = String(out.read());
    const token = /VIGIE_MCP_TOKEN=(\S{43})$/m.exec(text)?.[1] ?? '';
    const path = join(folder, 'made.yml');
    writeFileSync(path, text);
    const tokens = readTokensFile(path);
    const bearer = `Bearer ${token}`;
    expect(tokens.of(bearer, 30 * 86_400_000 - 1)).toEqual({
      name: 'desk',
      groupId: 'aleo',
      accounts: 'masked',
      user: { id: 'a.durand', roles: ['analyst'], clinics: ['750300123'] },
    });
    expect(tokens.of(bearer, 30 * 86_400_000)).toBeUndefined();
    // The entry has the digest only.
    expect(text.split(token)).toHaveLength(2);
  });

  it.each(['0', '-1', '367', 'a', '1.5'])('refuses a length of %s', (days) => {
    expect(() => tokenCommand({ ...options, days }, new PassThrough())).toThrow('--days is a whole number');
  });
});

/** Everything that comes back for these messages, by their ids. */
async function spoken(token: string, messages: readonly object[], at = url): Promise<readonly { readonly id: number }[]> {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const done = bridge({ url: at, token, stdin, stdout });
  const answers: { readonly id: number }[] = [];
  const awaited = messages.filter((message) => 'id' in message).length;
  stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  for await (const lines of stdout) {
    for (const line of String(lines).split('\n').filter(Boolean)) answers.push(JSON.parse(line) as { readonly id: number });
    if (answers.length >= awaited) break;
  }
  stdin.end();
  await done;
  return answers.toSorted((a, b) => a.id - b.id);
}

function matching({ id, error }: { readonly id: number; readonly error: { readonly message: RegExp } }): object {
  return { id, error: { message: expect.stringMatching(error.message) } };
}
