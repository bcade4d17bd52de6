import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { copyMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { spawnClickHouse, type SpawnedClickHouse } from '#services/clickhouse/spawn.js';
import { setRetention, writeRetention } from './retention.js';
import { copyTables, fillTables } from './store-copy.js';
import { storedTables, storeFigures } from './store-figures.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-store-copy-'));
/** What the engine gives as one document, and takes in one body: 256 MiB by default, which a month of a hospital exceeds. */
const env = { VIGIE_CLICKHOUSE_DOCUMENT_MIB: '1', VIGIE_CLICKHOUSE_BODY_MIB: '1' };
const rows = 40_000;
/** Accounts and agents as programs write them: what ends a value or a line, zero bytes, and what is no UTF-8. */
const texts = `['a\\tb', 'c\\nd', 'e\\\\f', 'g\\'h', '\\\\N', '', 'é', unhex('FF00'), 'NULL']`;
const started: { readonly server: SpawnedClickHouse; readonly client: ClickHouseClient }[] = [];

async function start(name: string): Promise<(typeof started)[number]> {
  const directory = join(folder, name);
  await copyMigrated(directory);
  const server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory, env });
  const one = { server, client: createStoreClient(server) };
  started.push(one);
  return one;
}

/** How long each table keeps rows. */
const keptBy = async (client: ClickHouseClient) => (await storedTables(client)).map(({ name, ttl }) => [name, ttl]);

describe('a copy of a store', () => {
  beforeAll(async () => {
    const { client } = await start('from');
    const fill = `INSERT INTO vigie.access_rows (time, group_id, actor_id, patient_id, clinic_id, action, outcome, event_id, source, received_at, user_agent, categories, privileged, record_count)
      SELECT toDateTime64('2026-01-05 09:00:00.123', 3, 'UTC') + number % 3000000, 'helix', concat(${texts}[number % 9 + 1], toString(number % 50)), lower(hex(MD5(toString(number % 700)))),
        '990000001', 'read', 'success', lower(hex(MD5(concat('event ', toString(number))))), 'siem', now64(3, 'UTC'), ${texts}[number % 9 + 1],
        arraySlice(${texts}, 1, number % 4), [NULL, true, false][number % 3 + 1], if(number % 2, NULL, number) FROM numbers(${rows})`;
    await client.command({ query: fill });
  }, 120_000);
  afterAll(async () => {
    for (const { server, client } of started) {
      await client.close();
      await server.end('SIGTERM');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('is whole where a partition is larger than what the engine gives and takes at once', async () => {
    const [from] = started;
    const to = await start('to');
    if (!from) throw new Error('there is nothing to copy');
    await copyTables(from.client, from.server, join(folder, 'copy'));
    await fillTables(to.server, join(folder, 'copy'), 256 * 1024);
    const [expected, found] = [await storeFigures(from.client), await storeFigures(to.client)];
    expect(expected['access_rows']?.rows).toBe(rows);
    expect(found).toEqual(expected);
  }, 120_000);

  it('says how long rows are kept, so that they are kept so in the other place', async () => {
    const [from, to] = started;
    if (!from || !to) throw new Error('there is nothing to copy');
    await from.client.command({ query: 'ALTER TABLE vigie.access_rows MODIFY TTL toDateTime(time) + INTERVAL 20 YEAR' });
    mkdirSync(join(folder, 'kept'));
    await writeRetention(from.client, join(folder, 'kept'));
    await setRetention(to.client, join(folder, 'kept'));
    expect(await keptBy(to.client)).toEqual(await keptBy(from.client));
    expect(await keptBy(to.client)).toContainEqual(['access_rows', 'toDateTime(time) + toIntervalYear(20)']);
    writeFileSync(join(folder, 'kept', 'retention.json'), JSON.stringify({ access_rows: 'time; DROP TABLE vigie.access_rows' }));
    await expect(setRetention(to.client, join(folder, 'kept'))).rejects.toThrow();
    await setRetention(to.client, join(folder, 'copy-of-before'));
  }, 120_000);
});
