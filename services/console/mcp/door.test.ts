import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { auditRow } from '#libs/contracts/audit-row.js';
import { topics } from '#libs/contracts/topics.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import type { EventLog } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { newLog, tell } from '../console-log.fixture.js';
import { RunningConsole } from '../console.fixture.js';
import { allClients, call, post, refusalOf, rowsIn, type TokenName, writeTokens } from './mcp.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-mcp-'));
const tokens = writeTokens(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const id = anIncidentId('a');
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
const listCases = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_cases', arguments: {} } };

describe('the door of assistants', () => {
  let log: MemoryLog;
  let away: boolean;
  let one: RunningConsole;
  beforeEach(async () => {
    log = newLog();
    away = false;
    await tell(
      log,
      aChange('a', 1, { changed_at: new Date(systemClock.now()).toISOString(), clinics: ['750300123', '750300126'] }),
      aChange('b', 1, { actor_id: 'nurse.2', clinics: ['750300126'], level: 'low' }),
      aChange('c', 1, { actor_id: 'dr.helix', group_id: 'helix' }),
    );
    one = await RunningConsole.start(
      failing(log.connect(), () => away),
      20_000,
      new MemoryLists(),
      { VIGIE_MCP_TOKENS_FILE: tokens },
    );
  });
  afterEach(() => one.stop());

  it('tells clients of both generations the same tools and the same cases', async () => {
    await one.app.listen(0, '127.0.0.1');
    const clients = await allClients(`${await one.app.getUrl()}/mcp`, 'all');
    expect(clients.map(({ era }) => era)).toEqual(['auto 2026-07-28', 'legacy 2025-11-25', 'sdk 1 2025-11-25']);
    const [present, ...older] = clients;
    const tools = await present?.tools();
    expect(tools).toHaveLength(14);
    for (const client of older) expect(await client.tools()).toEqual(tools);
    const told = await present?.call('list_cases', {});
    for (const client of older)
      expect((await client.call('list_cases', {})).structuredContent?.['cases']).toEqual(told?.structuredContent?.['cases']);
    for (const client of clients) await client.close();
  });

  it('has the figures of the API of people', async () => {
    const cases = rowsIn(await call(one.app, 'all', 'list_cases'), 'cases');
    const api = (await one.get('/v1/cases')).body['cases'] as readonly Record<string, unknown>[];
    const own = api.filter(({ group_id }) => group_id === 'aleo');
    expect(cases).toHaveLength(2);
    for (const field of [
      'case_id',
      'status',
      'level',
      'patients',
      'clinics',
      'rules',
      'acknowledge_by',
      'first_time',
      'last_time',
      'version',
    ])
      expect(cases.map((row) => row[field])).toEqual(own.map((row) => row[field]));
    const lines = rowsIn(await call(one.app, 'all', 'case_timeline', { case_id: id }), 'lines');
    const timeline = (await one.get(`/v1/cases/${id}/timeline`)).body['lines'] as readonly Record<string, unknown>[];
    for (const field of ['at', 'what', 'effect', 'before', 'after', 'version', 'patients'])
      expect(lines.map((row) => row[field])).toEqual(timeline.map((row) => row[field]));
  });

  it('lets in whoever has a token that holds, by a name of its own, from no page of others', async () => {
    const asked = async (token: string, headers: Record<string, string> = {}) =>
      (await post(one.app, token, list, headers)).status;
    expect(await asked('all')).toBe(200);
    expect([await asked('nobody'), await asked(''), await asked('expired'), await asked('a.durand')]).toEqual([
      401, 401, 401, 401,
    ]);
    expect((await post(one.app, 'expired', list)).headers['www-authenticate']).toBe('Bearer');
    for (const host of ['vigie.evil.example', '6.6.6.6.evil.example:7414']) expect(await asked('all', { host })).toBe(403);
    for (const origin of ['https://evil.example', 'null', 'http://6.6.6.6', 'http://localhost.evil.example', 'file://'])
      expect(await asked('all', { origin })).toBe(403);
    for (const origin of ['http://localhost:6274', 'http://127.0.0.1:7414', 'http://[::1]:3000'])
      expect(await asked('all', { origin })).toBe(200);
  });

  it('takes one question at a time, of a size, by POST', async () => {
    const statuses = [
      (await post(one.app, 'all', [listCases, listCases])).status,
      (await post(one.app, 'all', { ...listCases, params: { name: 'list_cases', arguments: { clinic: 'x'.repeat(70_000) } } }))
        .status,
      (await post(one.app, 'all', 'list')).status,
      (await one.ask('GET', '/mcp', 'all', undefined, { host: 'localhost' })).status,
      (await one.ask('DELETE', '/mcp', 'all', undefined, { host: 'localhost' })).status,
      (await post(one.app, 'all', list, { 'content-type': 'text/plain' })).status,
    ];
    expect(statuses).toEqual([400, 413, 400, 405, 405, 400]);
    const { body } = await post(one.app, 'all', { jsonrpc: '2.0', id: 7, method: 'subscriptions/listen', params: {} });
    expect(body).toMatchObject({ id: 7, error: { code: -32601 } });
    expect(rowsOf(log)).toEqual([]);
  });

  it('has a row of every call before its answer, which says who answers for it and nothing that was asked', async () => {
    await call(one.app, 'all', 'list_cases');
    await call(one.app, 'ndb', 'case_timeline', { case_id: id });
    await call(one.app, 'reader', 'explain_case', { case_id: id });
    await call(one.app, 'all', 'case_timeline', { case_id: 'ffff' });
    await call(one.app, 'all', 'list_cases', { secret: 'IPP-123456' });
    await call(one.app, 'all', 'list_patients', { secret: 'IPP-123456' });
    await post(one.app, 'all', list);
    await post(one.app, 'nobody', list);
    const rows = rowsOf(log);
    expect(
      rows.map(({ by, via, method, route, case_id, rows: shown, status }) => [
        by,
        via,
        method,
        route.replace(/#[0-9a-f]{16}$/, '#'),
        case_id,
        shown,
        status,
      ]),
    ).toEqual([
      ['a.durand', 'mcp', 'tools/call', '/mcp/list_cases#', '', 2, 200],
      ['n.petit', 'mcp', 'tools/call', '/mcp/case_timeline#', id, 1, 200],
      ['l.roux', 'mcp', 'tools/call', '/mcp/explain_case#', '', 0, 403],
      ['a.durand', 'mcp', 'tools/call', '/mcp/case_timeline#', '', 0, 404],
      ['a.durand', 'mcp', 'tools/call', '/mcp#', '', 0, 422],
      ['a.durand', 'mcp', 'tools/call', '/mcp#', '', 0, 422],
      ['', 'api', 'POST', '/mcp', '', 0, 401],
    ]);
    expect(JSON.stringify(rows)).not.toContain('123456');
    expect(new Set(rows.map(({ route }) => route)).size).toBe(6);
  });

  it('answers nothing while the row cannot be written', async () => {
    away = true;
    const uri = 'vigie://docs/anything';
    for (const method of ['tools/call', 'resources/read', 'prompts/get']) {
      const { status, body } = await post(one.app, 'all', {
        jsonrpc: '2.0',
        id: 3,
        method,
        params: { name: 'list_cases', arguments: {}, uri },
      });
      expect([status, Object.keys(body as object)]).toEqual([503, ['jsonrpc', 'id', 'error']]);
      expect(JSON.stringify(body)).toMatch(/^\{"jsonrpc":"2.0","id":3,"error":\{"code":-32603,"message":"not_audited[^"]*"\}\}$/);
    }
    away = false;
    expect((await call(one.app, 'all', 'list_cases')).isError).toBeUndefined();
    expect(rowsOf(log)).toHaveLength(4);
  });

  it('tells of a case what its own clinics show, and of others how many there are', async () => {
    const { structuredContent } = await call(one.app, 'ndb', 'list_cases');
    expect(structuredContent).toMatchObject({
      cases: [{ case_id: id, patients: null, clinics: ['750300123'], other_clinics: 1 }],
      more: 0,
    });
    expect(refusalOf(await call(one.app, 'ndb', 'case_timeline', { case_id: anIncidentId('b') }))).toBe('unknown_case');
    for (const name of ['query_figures', 'dossier_status'])
      expect(refusalOf(await call(one.app, 'ndb', name, name === 'query_figures' ? { query: 'exports' } : { case_id: id }))).toBe(
        'not_allowed',
      );
    expect(JSON.stringify((await call(one.app, 'ndb', 'case_timeline', { case_id: id })).structuredContent)).not.toMatch(
      /750300126|"patients":\d/,
    );
    expect(refusalOf(await call(one.app, 'elsewhere', 'case_timeline', { case_id: id }))).toBe('unknown_case');
    expect((await call(one.app, 'elsewhere', 'list_cases')).structuredContent).toMatchObject({
      cases: [{ case_id: anIncidentId('c') }],
    });
  });

  it('names accounts as the token says, and to operators not at all', async () => {
    const names = async (token: TokenName) =>
      rowsIn(await call(one.app, token, 'list_cases', { limit: 1 }), 'cases').map(({ untrusted }) => untrusted);
    expect(await names('all')).toMatchObject([{ actor_id: 'dr.martin' }]);
    const masked = await names('masked');
    expect(masked).toMatchObject([{ actor_id: expect.stringMatching(/^d…[0-9a-f]{4}$/) }]);
    expect(await names('masked')).toEqual(masked);
    expect(JSON.stringify([masked, await names('keeps')])).not.toContain('martin');
    expect(refusalOf(await call(one.app, 'keeps', 'account_profile', { actor_id: 'dr.martin' }))).toBe('not_allowed');
  });

  it('takes so many calls a minute of one assistant, whatever others ask', async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 60 * 2 + 2; n += 1) statuses.add((await post(one.app, 'all', listCases)).status);
    expect([...statuses].toSorted()).toEqual([200, 429]);
    expect((await post(one.app, 'masked', listCases)).status).toBe(200);
    expect((await post(one.app, 'all', list)).status).toBe(200);
  });

  it('says that the store is away where it is', async () => {
    for (const [name, given] of [
      ['get_case', { case_id: id }],
      ['feed_health', {}],
      ['account_profile', { actor_id: 'dr.martin' }],
    ] as const)
      expect(refusalOf(await call(one.app, 'all', name, given))).toBe('store_away');
  });
});

describe('a console without tokens', () => {
  it('has no door for assistants', async () => {
    const one = await RunningConsole.start(newLog().connect(), 20_000);
    expect((await post(one.app, 'all', list)).status).toBe(404);
    await one.stop();
  });
});

/** Its audit cannot be appended to while it is away. */
function failing(log: EventLog, isAway: () => boolean): EventLog {
  const append: EventLog['append'] = async (at, bytes) => {
    if (at.topic === topics.audit && isAway()) throw new Transient('no acknowledgement');
    return log.append(at, bytes);
  };
  return {
    append,
    partitions: (topic) => log.partitions(topic),
    join: (options, reader) => log.join(options, reader),
    close: () => log.close(),
  };
}

function rowsOf(log: MemoryLog) {
  const lines = [0, 1].flatMap((partition) =>
    log.frames({ topic: topics.audit, partition }).flatMap((bytes) => bytes.toString('utf8').split('\n').filter(Boolean)),
  );
  return lines.map((line) => auditRow.parse(JSON.parse(line))).toSorted((a, b) => a.number - b.number);
}
