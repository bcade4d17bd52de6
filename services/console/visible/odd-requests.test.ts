import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import { aDossierInput } from '#libs/dossier/dossier.fixture.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { newLog, tell } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { writeTokens } from '../mcp/mcp.fixture.js';

const id = anIncidentId('a');
const folder = mkdtempSync(join(tmpdir(), 'vigie-odd-requests-'));
const tokens = writeTokens(folder);

const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const deepCall = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_case","arguments":${deep(9_000)}}}`;
const deepNote = `{"type":"case.noted","text":${deep(9_000)}}`;

describe('a request that nobody makes in good faith', () => {
  let one: RunningConsole;
  let ways: readonly { readonly method: string; readonly path: string }[];
  beforeAll(async () => {
    const log = newLog();
    await tell(log, aChange('a', 1, {}));
    one = await RunningConsole.start(log.connect(), 20_000, new MemoryLists(), { VIGIE_MCP_TOKENS_FILE: tokens });
    one.patients.invent(120);
    one.shelf.made = aDossierInput();
    ways = one.routes
      .map((route) => ({ method: route.split(' ')[0] ?? '', path: route.split(' ')[1] ?? '' }))
      .filter(({ method, path }) => ['GET', 'POST', 'PATCH', 'DELETE'].includes(method) && path !== '/v1/stream');
  });
  afterAll(async () => {
    await one.stop();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['POST', '/mcp', 'all', deepCall],
    ['POST', '/mcp', 'all', deepCall.replace('arguments', '_meta')],
    ['POST', '/mcp', 'all', deepCall.replace('"method"', '"also"')],
    ['POST', `/v1/cases/${id}/actions`, 'dpo', deepNote],
    ['PATCH', `/v1/cases/${id}/dossier/750300123`, 'dpo', `{"fields":{"nature.cause":{"value":${deep(9_000)}}}}`],
    ['POST', '/v1/leaks', 'dpo', `{"patients":${deep(9_000)}}`],
  ] as const)('is refused where it nests beyond all reason: %s %s', async (method, url, token, body) => {
    const headers = {
      host: 'localhost',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'idempotency-key': 'deep',
    };
    const answer = await one.app.inject({ method, url, headers, payload: body });
    expect([answer.statusCode, answer.body.slice(0, 300)]).toEqual([
      expect.any(Number),
      expect.not.stringContaining('Internal server error'),
    ]);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });

  it('is answered, and never as a bug of ours', async () => {
    expect(ways.length).toBeGreaterThan(40);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ways),
        odd,
        odd,
        fc.dictionary(names, odd, { maxKeys: 3 }),
        bodies,
        headers,
        async ({ method, path }, first, second, query, body, given) => {
          const values = [first, second];
          const url = `${path.replaceAll(/:\w+|\*/g, () => values.shift() ?? 'x')}?${Object.entries(query)
            .map(([name, value]) => `${name}=${value}`)
            .join('&')}`;
          const answer = await one.app.inject({
            method: method as 'GET',
            url,
            headers: { host: 'localhost', authorization: 'Bearer dpo', ...given },
            ...(method !== 'GET' && { payload: body }),
          });
          expect([method, url, body.slice(0, 80), answer.statusCode === 500 ? answer.body : '']).toEqual([
            method,
            url,
            body.slice(0, 80),
            '',
          ]);
        },
      ),
      { numRuns: casesOf(1_500, 30_000), endOnFailure: true },
    );
  }, 120_000);
});

/** As they stand in an address. */
const odd = fc.oneof(
  fc.constantFrom(
    id,
    id.slice(0, 6),
    '',
    '.',
    '..',
    '%2e%2e%2f',
    '%00',
    '%ff',
    '%',
    '%ED%A0%80',
    '-1',
    '1e309',
    'NaN',
    '__proto__',
    'constructor',
    'toString',
    '9'.repeat(400),
    '%0d%0aset-cookie:a=b',
    '2026-02-30T00:00:00.000Z',
    '275760-09-13T00:00:00.001Z',
    encodeURIComponent('é\u202e\u0000\ud83d\ude00'),
    "' OR 1=1 --",
    'mass-access-10m',
    'helix',
    'dr.martin',
    'initial',
    'fr',
    '750300123',
  ),
  fc.string({ maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
);
const names = fc.constantFrom(
  'clinic',
  'q',
  'status',
  'level',
  'cursor',
  'tier',
  'bins',
  'from',
  'to',
  'incident',
  'rule',
  'language',
  'at',
  'owner',
  'q[]',
  '__proto__',
  'days',
  'limit',
);

const types = [
  'case.noted',
  'case.assigned',
  'case.held',
  'case.linked',
  'case.resolved',
  'breach.informed',
  'breach.qualified',
  'case.measure',
  'case.counted',
  'toString',
];
const texts = fc.constantFrom<unknown>(
  'x',
  '',
  null,
  5,
  [],
  {},
  '\u0000',
  '\ud800',
  'a'.repeat(5_000),
  '2026-13-01',
  '275760-09-13T00:00:00.001Z',
  ['x'.repeat(32)],
  [id],
  id,
);
const actions = fc
  .record(
    {
      type: fc.constantFrom(...types),
      text: texts,
      reason: texts,
      owner: texts,
      until: texts,
      incident_ids: texts,
      incident_id: texts,
      verdict: texts,
      controller_id: texts,
      informed_at: texts,
      taken_at: texts,
      seen_version: texts,
      patients: texts,
      group_id: texts,
      from: texts,
      to: texts,
      ends_at: texts,
      kind: texts,
      fields: texts,
      rules: texts,
      exception: texts,
    },
    { requiredKeys: ['type'] },
  )
  .map((body) => JSON.stringify(body));
const calls = fc
  .record(
    {
      jsonrpc: fc.constantFrom('2.0', '1.0', 2),
      id: fc.constantFrom<unknown>(1, 'x', null, -0, 1e308, 'x'.repeat(190), [], {}),
      method: fc.constantFrom(
        'tools/call',
        'resources/read',
        'prompts/get',
        'initialize',
        'tools/list',
        'ping',
        'completion/complete',
        'logging/setLevel',
        'notifications/cancelled',
        'server/discover',
        'toString',
        '',
      ),
      params: fc.constantFrom<unknown>(
        {},
        [],
        null,
        'x',
        { name: 'get_case', arguments: JSON.parse(deep(500)) },
        { name: 'get_case', arguments: { case_id: id, extra: 1 } },
        { name: '__proto__', arguments: {} },
        { uri: 'vigie://rules/%2e%2e' },
        { uri: 'x' },
        { name: 'get_case', arguments: null },
        { name: 'review_case', arguments: { case_id: '../' } },
        { ref: { type: 'ref/prompt', name: 'x' }, argument: { name: 'x', value: 'y' } },
        { level: 'debug' },
        { protocolVersion: 5 },
      ),
    },
    { requiredKeys: [] },
  )
  .map((body) => JSON.stringify(body));
const bodies = fc.oneof(
  actions,
  calls,
  fc.constantFrom(
    '',
    'null',
    '1',
    '[]',
    '"x"',
    '{',
    deep(9_000),
    deepCall,
    deepNote,
    '['.repeat(30_000),
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":{"a":1}}}',
    '\ufeff{}',
    `{"type":"case.noted","text":"${'a'.repeat(100_000)}"}`,
  ),
  fc.json(),
);

const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json;;',
      '\u00e9',
    ),
    'idempotency-key': fc.constantFrom('', 'k', 'x'.repeat(5_000), '\u00e9', '__proto__'),
    'vigie-via': fc.constantFrom('cli', 'x'.repeat(100), '\u00e9', 'clickhouse'),
    cookie: fc.constantFrom(
      'vigie=x',
      `vigie=${'a.'.repeat(3_000)}`,
      'vigie=; vigie=',
      '__Host-vigie=eyJhbGciOiJkaXIifQ....',
      'vigie=%',
    ),
    authorization: fc.constantFrom('Bearer all', 'Bearer', 'Basic x', `Bearer ${'x'.repeat(600)}`, 'bearer  dpo'),
    accept: fc.constantFrom('text/event-stream', 'application/json, text/event-stream', 'text/html', '*/*;q=NaN'),
    'mcp-protocol-version': fc.constantFrom('2026-07-28', '1', '\u00e9'),
    'mcp-session-id': fc.constantFrom('x', '__proto__'),
    'if-none-match': fc.constantFrom('*', '"x"', 'W/"', 'x'.repeat(9_000)),
    'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'x'),
    'x-forwarded-for': fc.constantFrom('1.2.3.4', 'x', '::ffff:0:0:0:0:0:0:0:0'),
    'last-event-id': fc.constantFrom('x', '-1'),
  },
  { requiredKeys: ['content-type'] },
);
