import { appliedMigrations, migrationsEngine } from '#libs/access-store/tables/applied-migrations.js';
import type { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate, readMigrations } from '#libs/access-store/tables/migrate.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { isError, Transient } from '#libs/runtime/outcome.js';
import { retry } from '#libs/runtime/retry.js';

type StoreClient = ReturnType<typeof createStoreClient>;

export interface PrepareTools {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Waits for as long as it takes until the tables are what this version writes: with an older schema ClickHouse would refuse good rows,
 * and they would go to the quarantine. The embedded store is migrated here; a server's schema is its administrator's.
 */
export async function prepareStore(
  client: StoreClient,
  embedded: boolean,
  { clock, random, log, signal }: PrepareTools,
): Promise<void> {
  const prepare = () => (embedded ? migrateStore(client, log) : checkMigrations(client));
  await retry(
    () => prepare().catch(asTransient),
    { firstWaitMs: 200, waitMsMax: 10_000, attemptsMax: Infinity },
    {
      clock,
      random,
      signal,
      onRetry: (cause, attempt, waitMs) =>
        log.warn('ClickHouse is not ready to be written to; tried again', { cause, attempt, waitMs }),
    },
  );
}

async function migrateStore(client: StoreClient, log: Log): Promise<void> {
  const { applied } = await migrate(client);
  if (applied.length > 0) log.info('migrations were applied', { count: applied.length });
}

async function checkMigrations(client: StoreClient): Promise<void> {
  const done = (await migrationsEngine(client)) === undefined ? new Map<string, string>() : await appliedMigrations(client);
  const missing = readMigrations().filter(({ name }) => !done.has(name));
  if (missing.length > 0)
    throw new Error(
      `ClickHouse lacks ${missing.map(({ name }) => name).join(', ')}: run "npx vigie migrate" with the same CLICKHOUSE_URL`,
    );
}

function asTransient(cause: unknown): never {
  throw new Transient(isError(cause) ? cause.message || cause.name : String(cause), { cause });
}

/** Injection token of `StoreReady`. */
export const STORE_READY = Symbol('store is ready');

/** Resolves once ClickHouse answers and is migrated; rejects when the signal aborts before. */
export type StoreReady = (signal: AbortSignal) => Promise<unknown>;
