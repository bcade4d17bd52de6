import { createStoreClient } from '#libs/access-store/client.js';
import { migrate, readMigrations } from '#libs/access-store/migrate.js';
import { clickhouseUrl, readCommandConfig } from './config.js';

/** `vigie migrate`: applies the migrations that are missing, and says which. */
export async function migrateCommand(): Promise<void> {
  const config = readCommandConfig();
  const url = clickhouseUrl(config);
  const client = createStoreClient({ url, user: config.CLICKHOUSE_USER, password: config.CLICKHOUSE_PASSWORD });
  try {
    const { applied, already } = await migrate(client, readMigrations());
    for (const name of applied) process.stdout.write(`applied ${name}\n`);
    process.stdout.write(`${url}: ${applied.length} applied, ${already.length} were there already\n`);
  } finally {
    await client.close();
  }
}
