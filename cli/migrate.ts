import { commandAddressOf } from '#libs/access-store/clickhouse/address.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate, readMigrations } from '#libs/access-store/clickhouse/migrate.js';
import { readCommandConfig } from './config.js';

/** `vigie migrate`: applies the migrations that are missing, and says which. */
export async function migrateCommand(): Promise<void> {
  const address = commandAddressOf(readCommandConfig());
  const client = createStoreClient(address);
  try {
    const { applied, already } = await migrate(client, readMigrations());
    for (const name of applied) process.stdout.write(`applied ${name}\n`);
    process.stdout.write(`${address.url}: ${applied.length} applied, ${already.length} were there already\n`);
  } finally {
    await client.close();
  }
}
