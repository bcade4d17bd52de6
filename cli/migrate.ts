import { commandAddressOf } from '#libs/access-store/clickhouse/address.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate, readMigrations } from '#libs/access-store/tables/migrate.js';
import type { TableKind } from '#libs/access-store/tables/table-engines.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readCommandConfig } from './config.js';

export interface MigrateOptions {
  readonly tables: TableKind;
  readonly cluster?: string;
}

/** `vigie migrate`: applies the migrations that are missing, for tables of one node, a cluster, or ClickHouse Cloud, and says which. */
export async function migrateCommand({ tables: kind, cluster }: MigrateOptions): Promise<void> {
  if (cluster !== undefined && !/^[\w.-]{1,100}$/.test(cluster))
    throw new ConfigError('--cluster is no name of a cluster: letters, digits, _, - and .');
  if (cluster !== undefined && kind !== 'replicated') throw new ConfigError('--cluster belongs to --tables replicated');
  const address = commandAddressOf(readCommandConfig());
  const client = createStoreClient(address);
  try {
    const { applied, already } = await migrate(client, readMigrations(), { kind, cluster });
    for (const name of applied) process.stdout.write(`applied ${name}\n`);
    process.stdout.write(`${address.url}: ${applied.length} applied, ${already.length} were there already\n`);
  } finally {
    await client.close();
  }
}
