import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { createStoreClient, type StoreAddress } from './client.js';
import { migrate } from './migrate.js';
import { spawnMigrated } from './migrated-store.fixture.js';

/** A client of a store with all its tables: of the ClickHouse that `CLICKHOUSE_URL` names, else of an embedded one of its own. */
export async function storeForTests(): Promise<{
  readonly client: ClickHouseClient;
  readonly address: StoreAddress;
  readonly end: () => Promise<void>;
}> {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = readConfig(commonConfig);
  if (url !== undefined) return givenStore({ url, user, password });
  const folder = mkdtempSync(join(tmpdir(), 'vigie-store-'));
  const { server, client } = await spawnMigrated({ directory: folder });
  const end = async () => {
    await client.close();
    await server.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  return { client, address: server, end };
}

async function givenStore(address: StoreAddress): ReturnType<typeof storeForTests> {
  const client = createStoreClient(address);
  await migrate(client);
  return { client, address, end: () => client.close() };
}
