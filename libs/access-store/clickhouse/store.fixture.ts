import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { systemClock } from '#libs/runtime/clock.js';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { createStoreClient, type StoreAddress } from './client.js';
import { migrate } from './migrate.js';

/** A client of a store with all its tables: of the ClickHouse that `CLICKHOUSE_URL` names, else of an embedded one of its own. */
export async function storeForTests(): Promise<{
  readonly client: ClickHouseClient;
  readonly address: StoreAddress;
  readonly end: () => Promise<void>;
}> {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = readConfig(commonConfig);
  const folder = mkdtempSync(join(tmpdir(), 'vigie-store-'));
  const server =
    url === undefined ? await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: folder }) : undefined;
  const address: StoreAddress = server ?? { url: url ?? '', user, password };
  const client = createStoreClient(address);
  await migrate(client);
  const end = async () => {
    await client.close();
    await server?.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  return { client, address, end };
}
