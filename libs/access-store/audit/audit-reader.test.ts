import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditChain } from '#libs/audit/chain.js';
import type { AuditRow } from '#libs/contracts/audit-row.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { AuditReader } from './audit-reader.js';

const always = { from: 0, to: Date.UTC(2100, 0) };
const began = Date.UTC(2026, 10, 28);
const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];

describe('the chains in the store', () => {
  let client: ClickHouseClient;
  let end: () => Promise<void>;
  beforeAll(async () => {
    ({ client, end } = await storeForTests());
  });
  afterAll(() => end());
  let tokens = 0;
  const put = (rows: readonly AuditRow[]) =>
    new ClickHouseStore(client, systemClock).insert(
      'audit',
      Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
      rows.length,
      `t${(tokens += 1)}`,
    );
  const badOnes = async () => (await new AuditReader(client, 7).check(always)).map(({ bad }) => bad);
  beforeEach(async () => {
    await client.command({ query: 'TRUNCATE TABLE vigie.audit_rows' });
    await put([...chainOf(first, 20, 0), ...chainOf(second, 5, 1)]);
    await put(chainOf(first, 20, 0).slice(5, 9));
  });

  it('hold over pages, with frames that were stored twice, whoever they name', async () => {
    const found = await new AuditReader(client, 7).check(always);
    expect(found).toMatchObject([
      { chainId: first, holds: 20, bad: undefined, from: isoOf(began), head: chainOf(first, 20, 0).at(-1)?.sha256 },
      { chainId: second, holds: 5, bad: undefined },
    ]);
  });

  it('are compared with heads that were kept, and missed where no row is left', async () => {
    const kept = [
      { chainId: first, rows: 20, sha256: 'f'.repeat(13) },
      { chainId: 'e'.repeat(32), rows: 3, sha256: 'f'.repeat(64) },
    ];
    const found = (await new AuditReader(client, 7).check(always, kept)).map(({ chainId, bad }) => [chainId, bad]);
    expect(found).toEqual([
      [first, { number: 20, fault: 'made_anew' }],
      ['e'.repeat(32), { number: 1, fault: 'cut_off' }],
      [second, undefined],
    ]);
  });

  it('say where those stand that grew of late, and their heads are those that a check compares with', async () => {
    const reader = new AuditReader(client);
    const heads = await reader.heads(began, 10);
    expect(heads).toEqual(
      [second, first].map((chainId, index) => ({
        chainId,
        rows: index ? 20 : 5,
        sha256: chainOf(chainId, index ? 20 : 5, index ? 0 : 1).at(-1)?.sha256,
      })),
    );
    expect(await reader.heads(began + 86_400_000, 10)).toEqual(heads.slice(0, 1));
    expect(await reader.heads(began, 1)).toEqual(heads.slice(0, 1));
    expect((await reader.check(always, heads)).map(({ bad }) => bad)).toEqual([undefined, undefined]);
    await client.command({ query: `DELETE FROM vigie.audit_rows WHERE chain_id = '${first}' AND number > 17` });
    expect((await reader.check(always, heads)).map(({ chainId, bad }) => [chainId, bad])).toEqual([
      [second, undefined],
      [first, { number: 18, fault: 'cut_off' }],
    ]);
  });

  it('are checked whole when they have a row in the stretch that is asked for', async () => {
    const day = 86_400_000;
    const check = (from: number, to: number) => new AuditReader(client).check({ from: began + from * day, to: began + to * day });
    expect((await check(0, 1)).map(({ holds }) => holds)).toEqual([20]);
    expect((await check(1, 2)).map(({ holds }) => holds)).toEqual([5]);
    expect(await check(2, 3)).toEqual([]);
  });

  it('name the first row that was taken out, that was changed in place, or that was put in', async () => {
    await client.command({ query: `DELETE FROM vigie.audit_rows WHERE chain_id = '${first}' AND number IN (11, 15)` });
    expect(await badOnes()).toEqual([{ number: 11, fault: 'missing' }, undefined]);
    await client.command({
      query: `ALTER TABLE vigie.audit_rows UPDATE via = 'somehow' WHERE chain_id = '${first}' AND number = 4 SETTINGS mutations_sync = 2`,
    });
    expect(await badOnes()).toEqual([{ number: 4, fault: 'changed' }, undefined]);
    const [row] = chainOf(second, 5, 1).slice(2);
    if (row) await put([{ ...row, sha256: 'f'.repeat(64) }]);
    expect((await badOnes())[1]).toEqual({ number: 3, fault: expect.stringMatching(/^(changed|doubled)$/) });
  });

  it('name a row that another one was laid over', async () => {
    const [row] = chainOf(second, 5, 1).slice(1);
    if (row) await put([{ ...row, by: 'b.leroy' }]);
    expect(await badOnes()).toEqual([undefined, { number: 2, fault: 'changed' }]);
  });
});

function chainOf(chainId: string, length: number, day: number): readonly AuditRow[] {
  const chain = new AuditChain(chainId);
  return Array.from({ length }, (_, n) =>
    chain.next({
      at: isoOf(began + day * 86_400_000 + n * 1000),
      by: n % 3 ? 'zoé\u0000"\\\u2028' : '',
      via: 'cli',
      method: 'GET',
      route: '/v1/cases',
      case_id: '',
      rows: n,
      status: 200,
      remote_address: '::1',
    }),
  );
}
