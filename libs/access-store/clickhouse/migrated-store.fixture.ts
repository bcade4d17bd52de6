import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { systemClock } from '#libs/runtime/clock.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { onceInRun, runFolder } from '#libs/testkit/run-wide.js';
import { type SpawnedClickHouse, spawnClickHouse } from '#services/clickhouse/spawn.js';
import { createStoreClient } from './client.js';
import { migrate } from '../tables/migrate.js';

/** Data folders with all tables and no rows, by the digest of the sources that made them. */
const keptIn = join(projectRoot, '.cache', 'migrated');

/**
 * An embedded ClickHouse over an empty folder, with all tables. They are made once per build and copied: making them takes a second, more than
 * what most tests then do with them. Tests of the migrations themselves begin with `spawnClickHouse`.
 */
export async function spawnMigrated(options: {
  readonly directory: string;
  readonly portBase?: number;
  readonly isKept?: boolean;
}): Promise<{ readonly server: SpawnedClickHouse; readonly client: ClickHouseClient }> {
  const { directory, portBase = await freePortBase(), isKept = false } = options;
  await copyMigrated(directory);
  const server = await spawnClickHouse(systemClock, { portBase, directory, isKept });
  return { server, client: createStoreClient(server) };
}

/** Makes a folder of data one that has all tables: for a whole system that is not looked at while it makes them. */
export async function copyMigrated(directory: string): Promise<void> {
  const run = runFolder();
  // Of one run the first who asks makes them: workers that begin together would each.
  const folder =
    run === undefined
      ? await migratedFolder()
      : await onceInRun(run, 'migrated', async () => ({ pids: [], folders: [], value: await migratedFolder() }));
  cpSync(folder, directory, { recursive: true, verbatimSymlinks: true });
}

async function migratedFolder(): Promise<string> {
  const built = readFileSync(join(projectRoot, 'dist', '.sources-sha256'), 'utf8');
  const folder = join(keptIn, built);
  if (existsSync(folder)) return folder;
  mkdirSync(keptIn, { recursive: true });
  const older = readdirSync(keptIn).filter((name) => !name.startsWith('making-'));
  const making = mkdtempSync(join(keptIn, 'making-'));
  await makeTables(making);
  try {
    renameSync(making, folder);
  } catch (cause) {
    // Another worker was faster: a folder that is not empty is not replaced.
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw cause;
  }
  for (const name of older) rmSync(join(keptIn, name), { recursive: true, force: true });
  return folder;
}

async function makeTables(directory: string): Promise<void> {
  const server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory });
  const client = createStoreClient(server);
  await migrate(client);
  await client.close();
  await server.end('SIGTERM');
}
