import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { endBehindRun, workerFolder } from '#libs/testkit/run-wide.js';
import { createStoreClient, type StoreAddress } from './client.js';
import { migrate } from '../tables/migrate.js';
import { spawnMigrated } from './migrated-store.fixture.js';
import { registerSelections } from '../views/selections.js';

export interface StoreForTests {
  readonly client: ClickHouseClient;
  readonly address: StoreAddress;
  readonly end: () => Promise<void>;
}

/** A store that the test files of a worker have one after another, each as if it were new. */
interface KeptStore {
  readonly address: StoreAddress;
  /** Tables that have rows when nobody has used them: which migrations were made, for one. */
  readonly ready: readonly string[];
  isUsed: boolean;
}

let kept: KeptStore | undefined;

/**
 * A client of a store with all its tables: of the ClickHouse that `CLICKHOUSE_URL` names, else of an embedded one, which the files before have
 * used and which is empty again. `alone` is for whoever changes what emptying does not put back, such as which migrations were made.
 */
export async function storeForTests({ alone = false } = {}): Promise<StoreForTests> {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = readConfig(commonConfig);
  if (url !== undefined) return givenStore({ url, user, password });
  const run = workerFolder();
  if (alone || run === undefined || kept?.isUsed) return ownStore();
  kept ??= await newStore(run);
  return keptStore(kept);
}

async function ownStore(): Promise<StoreForTests> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-store-'));
  const { server, client } = await spawnMigrated({ directory: folder });
  const end = async () => {
    await client.close();
    await server.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  return { client, address: server, end };
}

async function newStore(run: string): Promise<KeptStore> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-store-'));
  const { server, client } = await spawnMigrated({ directory: folder, isKept: true });
  endBehindRun(run, `store-${process.pid}`, { pids: [server.child.pid ?? 0], folders: [folder], value: server.url });
  const ready = await filledTables(client);
  await client.close();
  return { address: server, ready, isUsed: false };
}

async function keptStore(store: KeptStore): Promise<StoreForTests> {
  const client = createStoreClient(store.address);
  store.isUsed = true;
  const filled = (await filledTables(client)).filter((name) => !store.ready.includes(name));
  for (const name of filled) await client.command({ query: `TRUNCATE TABLE vigie.\`${name}\`` });
  // Views name the selections that were registered.
  if (filled.includes('selections')) await registerSelections(client, [], isoOf(systemClock.now()));
  const end = async () => {
    await client.close();
    store.isUsed = false;
  };
  return { client, address: store.address, end };
}

async function filledTables(client: ClickHouseClient): Promise<readonly string[]> {
  const query = "SELECT name FROM system.tables WHERE database = 'vigie' AND total_rows > 0 AND engine NOT LIKE '%View'";
  const rows = await (await client.query({ query, format: 'JSONEachRow' })).json<{ readonly name: string }>();
  return rows.map(({ name }) => name);
}

async function givenStore(address: StoreAddress): Promise<StoreForTests> {
  const client = createStoreClient(address);
  await migrate(client);
  return { client, address, end: () => client.close() };
}
