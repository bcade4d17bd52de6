// inspect/: what an operator must know of the store: its clock, tables, rights, backups, and accounts of programs that fire.
// It reads, and changes nothing.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { messageOf } from '#libs/runtime/outcome.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import { appliedMigrations, migrationsEngine } from '../tables/applied-migrations.js';
import { readMigrations } from '../tables/migrate.js';
import { changingRights, type ReadingService, rightsOf } from './rights.js';

const identityQuery = readFileSync(new URL('./store-identity.sql', import.meta.url), 'utf8');
const backupQuery = readFileSync(new URL('./newest-backup.sql', import.meta.url), 'utf8');
const programsQuery = readFileSync(new URL('./programs-that-fire.sql', import.meta.url), 'utf8');
/** How the embedded ClickHouse refuses what is a server's alone. */
const embeddedRefusal = 'is not for the embedded ClickHouse';
const failure = 'the store cannot be looked at';

export interface StoreFacts {
  readonly version: string;
  readonly user: string;
  /** The server's clock, milliseconds. */
  readonly nowMs: number;
  /** Migrations that this version has and the store has not; undefined where this user may not see them. */
  readonly missing: readonly string[] | undefined;
}

const identity = z.object({ version: z.string(), user: z.string(), now_ms: z.number() });

/** Rejects with `Transient` where the store is away. `isServer`: it has users and rights. */
export async function inspectStore(client: ClickHouseClient, isServer: boolean): Promise<StoreFacts> {
  const [row] = await jsonRows(client, { query: identityQuery, params: {}, shape: identity, failure });
  if (!row) throw new Error('the store says nothing of itself');
  return { version: row.version, user: row.user, nowMs: row.now_ms, missing: await missingMigrations(client, isServer) };
}

/** A table of which one may see nothing is not in `system.tables`. */
async function missingMigrations(client: ClickHouseClient, isServer: boolean): Promise<readonly string[] | undefined> {
  const all = readMigrations().map(({ name }) => name);
  if ((await migrationsEngine(client)) === undefined)
    return !isServer || (await mayRead(client, ['migrations'])) ? all : undefined;
  const done = await appliedMigrations(client);
  return all.filter((name) => !done.has(name));
}

/** Whether the store has users and rights that can be asked for: the embedded ClickHouse has none, by whatever address it is reached. */
export async function hasRights(client: ClickHouseClient): Promise<boolean> {
  try {
    await isGranted(client, 'SELECT ON vigie.migrations');
    return true;
  } catch (cause) {
    if (messageOf(cause).includes(embeddedRefusal)) return false;
    throw cause;
  }
}

/** The rights that the user of this client lacks for the work of these services. */
export async function missingRights(client: ClickHouseClient, services: readonly ReadingService[]): Promise<readonly string[]> {
  const needed = [...new Set(services.flatMap((name) => rightsOf[name]))];
  const held = await Promise.all(needed.map((right) => isGranted(client, right)));
  return needed.filter((_, index) => !held[index]);
}

/** Whether the user of this client may read all of these tables and views. */
export async function mayRead(client: ClickHouseClient, tables: readonly string[]): Promise<boolean> {
  const held = await Promise.all(tables.map((table) => isGranted(client, `SELECT ON vigie.${table}`)));
  return !held.includes(false);
}

/** Whether the user of this client may change or delete what is stored, which no service needs. */
export async function mayChangeRows(client: ClickHouseClient): Promise<boolean> {
  const held = await Promise.all(changingRights.map((right) => isGranted(client, right)));
  return held.includes(true);
}

/** The statement takes no FORMAT, which a query of the client has: what comes is one digit and a line end. */
async function isGranted(client: ClickHouseClient, right: string): Promise<boolean> {
  const { stream } = await client.exec({ query: `CHECK GRANT ${right}` }).catch(transientFailure(failure));
  const said = Buffer.concat(await stream.toArray());
  return said.toString().trim() === '1';
}

/** When the newest backup of this server ended, milliseconds; undefined where the server knows of none since its start. */
export async function newestBackup(client: ClickHouseClient): Promise<number | undefined> {
  const [row] = await jsonRows(client, { query: backupQuery, params: {}, shape: z.object({ seconds: z.number() }), failure });
  return row?.seconds ? row.seconds * 1000 : undefined;
}

const program = z.object({ group_id: z.string(), actor_id: z.string(), incidents: z.number(), why: z.string() });
/** An account of a program by what it does, and for how many incidents it stands. */
export type FiringProgram = z.infer<typeof program>;

/** Accounts that work as programs do and had incidents within the thirty days before `nowMs`, the worst first; at most fifty. */
export async function programsThatFire(client: ClickHouseClient, nowMs: number): Promise<readonly FiringProgram[]> {
  return jsonRows(client, { query: programsQuery, params: { now_ms: nowMs }, shape: program, failure });
}
