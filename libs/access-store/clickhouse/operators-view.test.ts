import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aPatient, anAccessRow, anEventId } from '#libs/testkit/builders.js';
import { ClickHouseStore } from './clickhouse-store.js';
import { storeForTests, type StoreForTests } from './store.fixture.js';

let store: StoreForTests;
beforeAll(async () => {
  store = await storeForTests();
});
afterAll(() => store.end());
afterEach(() => store.client.command({ query: 'DROP TABLE IF EXISTS vigie.of_an_operator' }));

const viewOf = (columns: string) =>
  store.client.command({
    query: `CREATE MATERIALIZED VIEW vigie.of_an_operator ENGINE = MergeTree ORDER BY tuple() AS SELECT ${columns} FROM vigie.access_rows`,
  });
const insert = (names: readonly string[], token: string, besides: object = {}) => {
  const rows = names.map((name) => ({ ...anAccessRow({ event_id: anEventId(name), patient_id: aPatient(name) }), ...besides }));
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return new ClickHouseStore(store.client, systemClock).insert('accesses', bytes, rows.length, token);
};

describe('a materialized view that somebody made over the accesses', () => {
  it('gets its rows, and what was stored is told as stored, again and again', async () => {
    await viewOf('actor_id, time');
    for (const token of ['a', 'a', 'b']) expect(await insert(['1', '2'], token)).toEqual({ kind: 'accepted', value: 2 });
  });

  it('is named when it cannot take them: no row is found unfit for it', async () => {
    await viewOf('toUInt32(actor_id) AS number');
    const asked = insert(['3', '4'], 'c');
    await expect(asked).rejects.toBeInstanceOf(Transient);
    await expect(asked).rejects.toThrow(/materialized view over the table, vigie\.of_an_operator/);
  });

  it('is not found in what a row says', async () => {
    const said = ': while pushing to view vigie.x (0a)';
    for (const besides of [{ record_count: said }, { time: said }, { [said]: 1 }, { categories: said }])
      expect(await insert(['5'], 'd', besides)).toMatchObject({ kind: 'rejected' });
  });
});
