import { describe, expect, it } from '@jest/globals';
import { hex128Of } from '#libs/contracts/hex128.js';
import { aChange } from '#libs/testkit/case-records.js';
import { auditRowsOf, tell } from '../console-log.fixture.js';
import { SharedLog } from '../console.fixture.js';

const shared = new SharedLog();
const leak = hex128Of('leak');

describe('what is beside cases', () => {
  it('is the books and the channels, for everybody, and a row of the audit each', async () => {
    const one = await shared.start();
    const [books, channels] = [await one.get('/v1/books', 'looks.elsewhere'), await one.get('/v1/channels', 'looks')];
    expect([
      books.status,
      (books.body['days'] as unknown[]).length,
      channels.status,
      (channels.body['channels'] as unknown[]).length,
    ]).toEqual([200, 6, 200, 2]);
    expect(auditRowsOf(shared.log).map(({ by, route, rows }) => `${by} ${route} ${rows}`)).toEqual(
      expect.arrayContaining(['looks.elsewhere /v1/books 6', 'looks /v1/channels 2']),
    );
    expect((await one.get('/v1/books', '')).status).toBe(401);
  });

  it('is exceptions, of which people of some clinics are told until when, and nothing that names an account', async () => {
    const one = await shared.start();
    const { body } = await one.get('/v1/exceptions', 'elsewhere');
    const own = body['exceptions'] as { told: unknown; rules: unknown[] }[];
    expect(own.map(({ told }) => told)).toEqual(own.map(() => null));
    one.desk.hidden = [];
    const whole = (await one.get('/v1/exceptions')).body['exceptions'] as {
      exception_id: string;
      told: { hidden: { matches: number } };
    }[];
    expect([whole.length, new Set(whole.map(({ told }) => told.hidden.matches))]).toEqual([
      own.length,
      own.length === 0 ? new Set() : new Set([0]),
    ]);
  });

  it('is samples that were compared before, for officers of all clinics alone', async () => {
    const one = await shared.start();
    expect((await one.get('/v1/leaks', 'dpo')).body).toMatchObject({
      leaks: [{ leak_id: leak, best_actor: 'dr.martin', best_matched: 46 }],
    });
    expect((await one.get(`/v1/leaks/${leak}`, 'dpo')).body).toMatchObject({
      verdict: 'named',
      findings: [{ actor_id: 'dr.martin' }],
      controls: { samples: 200, named: 0 },
    });
    expect((await one.get(`/v1/leaks/${hex128Of('another')}`, 'dpo')).body).toMatchObject({ error: 'unknown_leak' });
    for (const who of ['a.durand', 'dpo.elsewhere', 'looks'])
      for (const path of ['/v1/leaks', `/v1/leaks/${leak}`]) expect((await one.get(path, who)).status).toBe(403);
  });

  it('is the audit as a table, of as many lines as are written down, and of others for officers alone', async () => {
    await tell(shared.log, aChange('a', 1));
    const one = await shared.start();
    const ask = (path: string, who: string) =>
      one.app.inject({ method: 'GET', url: path, headers: { authorization: `Bearer ${who}` } });
    const whole = await ask('/v1/audit/looks.csv', 'dpo');
    const lines = whole.payload.trimEnd().split('\n');
    expect([whole.statusCode, lines.length, lines[0]]).toEqual([
      200,
      251,
      'audit_id,at,by,via,method,route,case_id,rows,status,remote_address',
    ]);
    expect(auditRowsOf(shared.log)).toContainEqual(
      expect.objectContaining({ by: 'dpo', route: '/v1/audit/looks.csv', rows: 250, status: 200 }),
    );
    const french = await ask('/v1/audit/looks.csv?spreadsheet=fr', 'dpo');
    expect([french.payload.slice(0, 19), french.payload.includes(',')]).toEqual(['\uFEFFaudit_id;at;by;via', false]);
    const own = (await ask('/v1/audit/looks.csv', 'a.durand')).payload.trimEnd().split('\n').slice(1);
    expect([own.length > 0, own.every((line) => line.split(',')[2] === 'a.durand')]).toEqual([true, true]);
    expect((await one.get('/v1/audit/looks.csv?by=dpo', 'a.durand')).status).toBe(403);
  });
});
