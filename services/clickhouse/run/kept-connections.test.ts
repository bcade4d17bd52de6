import { describe, expect, it } from '@jest/globals';
import type { EngineConnection } from '../engine/engine.js';
import type { QueryRequest } from '../sql/request.js';
import { aRequest } from '../sql/a-request.fixture.js';
import { KeptConnections } from './kept-connections.js';
import type { Identity } from './who-asks.js';

const archiver: Identity = { role: 'services', owner: '' };
const person: Identity = {
  role: 'people',
  owner: 'x@',
  asker: { by: 'x', isProven: false, door: 'clickhouse', remoteAddress: '' },
};

describe('connections of services', () => {
  it('are used again by an insert or a query of the same kind, and by nobody else', async () => {
    const { use, told } = connections(8);
    const insert = request('INSERT INTO t FORMAT CSV\n1', ['a', 'b']);
    await use(insert);
    await use(request('INSERT INTO other FORMAT CSV\n1', ['b', 'a']));
    expect(told).toEqual(['opened 1']);
    await use(request('INSERT INTO t FORMAT CSV\n1', ['a']));
    await use({ ...insert, database: 'd' });
    await use(insert, { ...archiver, name: 'own' });
    expect(told).toEqual(['opened 1', 'opened 2', 'opened 3', 'opened 4']);
    const question = request('SELECT 1', ['a', 'b']);
    await use(question);
    await use(request('WITH 1 AS x SELECT x', ['b', 'a']));
    await use({ ...question, format: 'Parquet' });
    expect(told.splice(4)).toEqual(['opened 5', 'opened 6']);
    for (const [asked, by] of [
      [{ ...question, readOnly: true }, archiver],
      [question, person],
      [request('SELECT 1', ['readonly']), archiver],
      [question, { ...archiver, asker: person.asker }],
      [request('CREATE TEMPORARY TABLE t (a Int8)', []), archiver],
      [request('INSERT INTO t SELECT 1', ['a', 'b']), archiver],
      [{ ...insert, readOnly: true }, archiver],
      [insert, person],
      [insert, { ...archiver, asker: person.asker }],
    ] as const)
      await use(asked, by as Identity);
    expect(told.slice(4)).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15].flatMap((n) => [`opened ${n}`, `closed ${n}`]));
    await use(insert);
    expect(told).toHaveLength(22);
  });

  it('are closed where something failed on them, where there are too many, and at the end', async () => {
    const { kept, use, told } = connections(1);
    const insert = request('INSERT INTO t FORMAT CSV\n1', []);
    await expect(use(insert, archiver, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(told.splice(0)).toEqual(['opened 1', 'closed 1']);
    await use(insert);
    await use(request('INSERT INTO t FORMAT CSV\n1', ['a']));
    expect(told.splice(0)).toEqual(['opened 2', 'opened 3', 'closed 2']);
    kept.close();
    expect(told.splice(0)).toEqual(['closed 3']);
    await use(insert);
    expect(told).toEqual(['opened 4', 'closed 4']);
  });
});

function connections(idleMax: number) {
  const kept = new KeptConnections(idleMax);
  const told: string[] = [];
  let opened = 0;
  const open = async (): Promise<EngineConnection> => {
    const number = (opened += 1);
    told.push(`opened ${number}`);
    return { close: () => void told.push(`closed ${number}`) } as unknown as EngineConnection;
  };
  const use = (asked: QueryRequest, by = archiver, work = () => Promise.resolve()) => kept.use(asked, by, open, work);
  return { kept, told, use };
}

function request(sql: string, settings: readonly string[]): QueryRequest {
  return aRequest(sql, new Map(settings.map((name) => [name, '1'])));
}
