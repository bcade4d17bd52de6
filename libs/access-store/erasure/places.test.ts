import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { erasureKinds } from './records/erasure-row.js';
import { keptForEver, madeTopics } from '#libs/contracts/topics.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { columnsOf, tablePlaces } from './places.js';
import { topicPlaces } from './topic-places.js';

let client: ClickHouseClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
});
afterAll(() => end());

async function stored(): Promise<readonly string[]> {
  const query = `SELECT table, name FROM system.columns WHERE database = 'vigie'
    AND table IN (SELECT name FROM system.tables WHERE database = 'vigie' AND engine NOT LIKE '%View')`;
  const rows = await (await client.query({ query, format: 'JSONEachRow' })).json<{ table: string; name: string }>();
  return rows.map(({ table, name }) => `${table}.${name}`).toSorted();
}

describe('the table of places', () => {
  it('says of every column of every table, after all migrations, whom it names', async () => {
    const said = Object.entries(tablePlaces).flatMap(([table, place]) => columnsOf(place).map((name) => `${table}.${name}`));
    const there = await stored();
    // What stands in the first is to be put into places.ts: whom does the column name, and does an erasure take it away?
    expect({ missing: there.filter((one) => !said.includes(one)), gone: said.filter((one) => !there.includes(one)) }).toEqual({
      missing: [],
      gone: [],
    });
  });

  it('says of every topic whether it ends, as the log keeps it', () => {
    expect(Object.keys(topicPlaces).toSorted()).toEqual(madeTopics.toSorted());
    expect(
      Object.keys(topicPlaces)
        .filter((name) => !topicPlaces[name]?.ends)
        .toSorted(),
    ).toEqual(keptForEver.toSorted());
  });

  it('takes nothing from a table that holds nothing of the kind, and says why of all that stays', () => {
    for (const [table, { patients, accounts, groups, fates }] of Object.entries(tablePlaces))
      for (const kind of erasureKinds) {
        const holds = { patient: patients, account: accounts, group: groups }[kind] !== undefined;
        const { [kind]: fate } = fates;
        expect([table, kind, fate.takes && !holds]).toEqual([table, kind, false]);
        if (!fate.takes) expect([table, kind, fate.because.length > 10]).toEqual([table, kind, true]);
      }
  });
});
