import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate, migrationOf } from '#libs/access-store/tables/migrate.js';
import { systemClock } from '#libs/runtime/clock.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { clickHouseForTests, whyNoClickHouseServer } from '#libs/testkit/clickhouse-for-tests.js';
import type { ClickHouseContainer } from '#libs/testkit/containers.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type SpawnedClickHouse, spawnClickHouse } from '#services/clickhouse/spawn.js';

const reason = await whyNoClickHouseServer(process.env);
const password = 'of-tests-only';
const passwordHash = createHash('sha256').update(password).digest('hex');
const { statements } = migrationOf('access.sql', readFileSync(join(projectRoot, 'deploy/clickhouse/access.sql'), 'utf8'));

/** What only a server has: users, row policies, and the format of native clients, which the embedded one must write alike. */
(reason === undefined ? describe : describe.skip)('a ClickHouse server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-server-'));
  const clients: ClickHouseClient[] = [];
  let server: ClickHouseContainer;
  let embedded: SpawnedClickHouse;

  const as = (user: string, given = password): ClickHouseClient => {
    const client = createStoreClient({ url: server.url, user, password: given });
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    server = await clickHouseForTests(process.env);
    const administrator = as(server.user, server.password);
    await migrate(administrator);
    for (const statement of statements) await administrator.command({ query: statement.replace(/'0{64}'/, `'${passwordHash}'`) });
    embedded = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: folder });
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await embedded?.end('SIGTERM');
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets the archiver insert and read back, and neither change nor delete', async () => {
    const archiver = as('vigie_archiver');
    const rows = ['helix', 'aleo'].map((group_id) =>
      anAccessRow({ group_id, patient_id: aPatient(group_id), event_id: anEventId(group_id) }),
    );
    const frame = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const store = new ClickHouseStore(archiver, systemClock);
    expect(await store.insert('accesses', frame, 2, 'server-test')).toEqual({ kind: 'accepted', value: 2 });
    expect(
      await store.found(
        'accesses',
        rows.map((row) => row.event_id),
      ),
    ).toBe(2);
    for (const query of ['ALTER TABLE vigie.access_rows DELETE WHERE 1', 'DROP TABLE vigie.access_rows'])
      await expect(archiver.command({ query })).rejects.toMatchObject({ code: '497' });
  });

  it('shows a group its own rows and no other, through tables and views', async () => {
    const analyst = as('helix_analyst');
    for (const table of ['vigie.access_rows', 'vigie.accesses'])
      expect(await rowsOf(analyst, `SELECT DISTINCT group_id FROM ${table}`)).toEqual([{ group_id: 'helix' }]);
    await expect(analyst.command({ query: 'TRUNCATE TABLE vigie.access_rows' })).rejects.toMatchObject({ code: '497' });
  });

  it.each([
    'SELECT number, toString(number) AS text, [number, 1] AS list FROM numbers(3)',
    "SELECT toDateTime64('2026-01-05 09:00:00.123', 3, 'UTC') AS at, toLowCardinality('read') AS action, CAST(NULL AS Nullable(String)) AS none",
    "SELECT map('a', 1) AS pairs, tuple(1, 'b') AS both, toFixedString('abc', 4) AS fixed, true AS yes",
  ])('writes the native format as the embedded one does: %s', async (query) => {
    const ask = async (url: string, user: string, secret: string) => {
      const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': secret };
      const response = await fetch(url, { method: 'POST', body: `${query} FORMAT Native`, headers });
      return Buffer.from(await response.arrayBuffer()).toString('hex');
    };
    const expected = await ask(server.url, server.user, server.password);
    expect(await ask(embedded.url, embedded.user, embedded.password)).toBe(expected);
  });
});

async function rowsOf(client: ClickHouseClient, query: string): Promise<readonly unknown[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json();
}
