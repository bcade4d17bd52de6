// backup/: copies of what one machine holds, put back into an empty place, and the drill that compares the two.

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandAddressOf } from '#libs/access-store/clickhouse/address.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { appliedMigrations } from '#libs/access-store/tables/applied-migrations.js';
import { copyEmbeddedLog, embeddedLogFacts } from '#libs/event-log/embedded/copy-log.js';
import { keyMarks } from '#libs/pseudonyms/key-file.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { ownVersion } from '#libs/runtime/paths.js';
import { type CommandConfig, readCommandConfig } from '../config.js';
import { copyLivingFolder } from './copy-folder.js';
import { filesOf, type Manifest, writeManifest } from './manifest.js';
import { copyTables, questionMsMax } from './store-copy.js';
import { storeFigures } from './store-figures.js';

export interface BackupOptions {
  /** An empty folder, or one that is made. */
  readonly to: string;
  /** The same for keys, which must lie apart: whoever has both knows who the patients are. */
  readonly keysTo: string;
}

/** Folders of the data folder that are copied as they are. Log and store have ways of their own; logs of processes stay. */
export const plainFolders: readonly string[] = ['state', 'registers', keyMarks];

/** `vigie backup`: of the embedded default, while it runs. */
export async function backupCommand(options: BackupOptions, clock: Clock): Promise<void> {
  const manifest = await makeBackup(readCommandConfig(), options, clock);
  const { access_rows: accesses, incidents } = manifest.after;
  process.stdout.write(
    `${options.to}: ${accesses?.rows ?? 0} accesses, ${incidents?.rows ?? 0} incidents, as of ${manifest.begun_at}\n`,
  );
  process.stdout.write(`${options.keysTo}: the keys; keep them apart from the rest. Try both: vigie drill restore\n`);
}

/**
 * State first, then the log, then the store: snapshots name no offset that the log has not, and the store has all that the log's readers were done with.
 * What the store has beyond, its archiver reads again and stores once. Throws `ConfigError` for folders that are not empty, or within each other.
 */
export async function makeBackup(config: CommandConfig, { to, keysTo }: BackupOptions, clock: Clock): Promise<Manifest> {
  const [folder, keys] = [resolve(to), resolve(keysTo)];
  requireEmbedded(config);
  for (const one of [folder, keys]) requireEmpty(one);
  if (`${keys}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${keys}/`))
    throw new ConfigError('--keys-to lies in --to, or holds it: whoever gets one would have both; name a folder elsewhere');
  const data = config.VIGIE_DATA_DIR;
  const begun = isoOf(clock.now());
  for (const name of plainFolders) if (existsSync(join(data, name))) await copyLivingFolder(join(data, name), join(folder, name));
  await copyLivingFolder(join(data, 'keys'), keys);
  mkdirSync(join(folder, 'log'), { recursive: true, mode: 0o700 });
  await copyEmbeddedLog(join(data, 'log'), join(folder, 'log'));
  const store = await backupStore(config, join(folder, 'store'));
  const log = Object.fromEntries(
    [...(await embeddedLogFacts(join(folder, 'log')))].map(([name, { start, end, frames }]) => [name, { start, end, frames }]),
  );
  const files = await filesOf(folder, keys);
  const manifest = {
    format: 2 as const,
    version: ownVersion(),
    begun_at: begun,
    ended_at: isoOf(clock.now()),
    ...store,
    log,
    files,
  };
  writeManifest(folder, manifest);
  return manifest;
}

async function backupStore(config: CommandConfig, folder: string): Promise<Pick<Manifest, 'before' | 'after' | 'migrations'>> {
  const address = commandAddressOf(config);
  const client = createStoreClient({ ...address, requestMs: questionMsMax });
  try {
    const before = await storeFigures(client);
    await copyTables(client, address, folder);
    return { before, after: await storeFigures(client), migrations: [...(await appliedMigrations(client)).keys()].toSorted() };
  } finally {
    await client.close();
  }
}

/** Kafka and a ClickHouse server have backups of their own: docs/operations.md. */
export function requireEmbedded(config: CommandConfig): void {
  if (config.KAFKA_BROKERS || config.CLICKHOUSE_URL)
    throw new ConfigError(
      'this is for the embedded log and store; Kafka and a ClickHouse server are backed up by their own means: docs/operations.md, "Backups"',
    );
}

export function requireEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new ConfigError(`${folder} is not empty: nothing is written over; name a folder that is empty or is not there yet`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}
