import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate, readMigrations } from '#libs/access-store/tables/migrate.js';
import { registerSelections } from '#libs/access-store/views/selections.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { embeddedLogFacts } from '#libs/event-log/embedded/copy-log.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { readCommandConfig } from '../config.js';
import { plainFolders, requireEmbedded, requireEmpty } from './backup.js';
import { type Manifest, readManifest } from './manifest.js';
import { refuseTakenPort } from './free-port.js';
import { refuseHalfRestored, restoringFile } from './restoring.js';
import { setRetention } from './retention.js';
import { fillTables, questionMsMax } from './store-copy.js';
import { type Figure, storeFigures } from './store-figures.js';

export interface RestoreSource {
  readonly from: string;
  readonly keysFrom: string;
}

export interface Restored {
  readonly manifest: Manifest;
  readonly figures: Readonly<Record<string, Figure>>;
  /** What is not as the manifest says, a sentence each. */
  readonly differences: readonly string[];
}

/** `vigie restore`: into the data folder, which must be empty. Ends with 1 where what is there is not what was backed up. */
export async function restoreCommand(source: RestoreSource, clock: Clock): Promise<void> {
  const config = readCommandConfig();
  requireEmbedded(config);
  const { differences, figures } = await restoreInto(config.VIGIE_DATA_DIR, { source, portBase: config.VIGIE_PORT_BASE, clock });
  for (const one of differences) process.stdout.write(`DIFFERS\t${one}\n`);
  process.stdout.write(
    `${config.VIGIE_DATA_DIR}: ${figures['access_rows']?.rows ?? 0} accesses, ${figures['incidents']?.rows ?? 0} incidents. Start Vigie: what the log has beyond is stored and judged now\n`,
  );
  process.exitCode = differences.length > 0 ? 1 : 0;
}

/**
 * Makes a data folder of a backup. Throws `ConfigError` for a folder that is not empty, a backup with changed or missing files, and one of another version of
 * the tables: that version restores it, and is upgraded then; and where the port of the store is taken, as while Vigie runs: nothing is written then.
 */
export async function restoreInto(
  folder: string,
  { source, portBase, clock }: { readonly source: RestoreSource; readonly portBase: number; readonly clock: Clock },
): Promise<Restored> {
  const [from, keysFrom] = [resolve(source.from), resolve(source.keysFrom)];
  const manifest = await readManifest(from, keysFrom);
  const tables = readMigrations()
    .map(({ name }) => name)
    .toSorted();
  if (manifest.migrations.join() !== tables.join())
    throw new ConfigError(
      `the backup was made by version ${manifest.version} with other tables than this one has: restore it with that version, then upgrade`,
    );
  refuseHalfRestored(folder);
  await refuseTakenPort(portBase + portOffsets.clickhouse);
  requireEmpty(folder);
  writeFileSync(join(folder, restoringFile), `from ${from}, begun at ${isoOf(clock.now())}\n`, { flush: true });
  for (const name of [...plainFolders, 'log'])
    if (existsSync(join(from, name))) cpSync(join(from, name), join(folder, name), { recursive: true });
  cpSync(keysFrom, join(folder, 'keys'), { recursive: true });
  const figures = await restoreStore(folder, { from: join(from, 'store'), portBase, clock });
  const differences = [
    ...logDifferences(manifest, await embeddedLogFacts(join(folder, 'log'))),
    ...figureDifferences(manifest, figures),
  ];
  rmSync(join(folder, restoringFile));
  return { manifest, figures, differences };
}

async function restoreStore(
  directory: string,
  { from, portBase, clock }: { readonly from: string; readonly portBase: number; readonly clock: Clock },
): Promise<Readonly<Record<string, Figure>>> {
  const server = await spawnClickHouse(clock, {
    portBase,
    directory,
    env: { VIGIE_CLICKHOUSE_READ_SECONDS: String(questionMsMax / 1000) },
  });
  const client = createStoreClient({ ...server, requestMs: questionMsMax });
  try {
    await migrate(client);
    await fillTables(server, from);
    // The lists of patients are views over the selections that incidents name.
    await registerSelections(client, [], isoOf(clock.now()));
    const figures = await storeFigures(client);
    // Last: what is too old goes from then on, and is in the figures of the backup.
    await setRetention(client, from);
    return figures;
  } finally {
    await client.close();
    await server.end('SIGTERM');
  }
}

function logDifferences(
  manifest: Manifest,
  found: ReadonlyMap<string, { readonly start: number; readonly end: number; readonly frames: number }>,
): readonly string[] {
  return Object.entries(manifest.log).flatMap(([name, { start, end, frames }]) => {
    const here = found.get(name);
    const same = here && here.start === start && here.end === end && here.frames === frames;
    return same
      ? []
      : [`log ${name}: ${here ? `${here.frames} frames up to ${here.end}` : 'nothing'}, it had ${frames} up to ${end}`];
  });
}

/** Where nothing came while the store was copied everything must be equal; where something did, it lies between before and after. */
export function figureDifferences(
  { before, after }: Pick<Manifest, 'before' | 'after'>,
  found: Readonly<Record<string, Figure>>,
): readonly string[] {
  return Object.entries(before).flatMap(([name, first]) => {
    const [last = first, here = { rows: -1, digest: '' }] = [after[name], found[name]];
    const still = first.digest === last.digest;
    const [least, most] = [Math.min(first.rows, last.rows), Math.max(first.rows, last.rows)];
    if (still ? here.digest === first.digest && here.rows === first.rows : here.rows >= least && here.rows <= most) return [];
    return [`${name}: ${here.rows} rows, ${still ? `it had ${first.rows} with other contents` : `it had ${least} to ${most}`}`];
  });
}
