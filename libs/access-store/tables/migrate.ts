import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { type Clock, systemClock } from '#libs/runtime/clock.js';
import { isError } from '#libs/runtime/outcome.js';
import { selectionViews } from '../views/selection-views.js';
import { appliedMigrations, migrationsEngine } from './applied-migrations.js';
import { databaseStatement, kindOfEngine, onOneNode, statementFor, type TablePlan } from './table-engines.js';

export interface Migration {
  /** `0001_accesses` */
  readonly name: string;
  readonly statements: readonly string[];
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

export interface MigrationReport {
  readonly applied: readonly string[];
  readonly already: readonly string[];
}

/** Which migrations were applied. */
const bookStatement = readFileSync(new URL('./create-migrations.sql', import.meta.url), 'utf8');

/** The migrations of this folder, in order. */
export function readMigrations(folder: URL = new URL('../migrations/', import.meta.url)): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .toSorted()
    .map((file) => migrationOf(file, readFileSync(new URL(file, folder), 'utf8')));
}

/** A statement ends with a semicolon at the end of a line. */
export function migrationOf(file: string, text: string): Migration {
  const statements = text
    .split(/;[ \t]*(?:\r?\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replaceAll(/^--.*$/gm, '').trim() !== '');
  return { name: file.replace(/\.sql$/, ''), statements, checksum: createHash('sha256').update(text).digest('hex') };
}

/**
 * Brings the database `vigie` up to date. Every statement may run twice, so that two processes can start at once and a process that died
 * half-way is no harm. Rejects when an applied migration is no longer what was applied, or the tables that are there are kept in another way than `plan` says,
 * before anything is changed.
 */
export async function migrate(
  client: ClickHouseClient,
  migrations: readonly Migration[] = readMigrations(),
  plan: TablePlan = onOneNode,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<MigrationReport> {
  const put = (query: string) => onceReplicasFollow(plan, clock, () => client.command({ query: statementFor(query, plan) }));
  await refuseOtherTables(client, plan);
  await client.command({ query: databaseStatement(plan) });
  await put(bookStatement);
  const done = await onceReplicasFollow(plan, clock, () => appliedMigrations(client));
  for (const { name, checksum } of migrations)
    if (done.has(name) && done.get(name) !== checksum)
      throw new Error(`migration ${name} was changed after it had been applied; restore the file and write a new one`);
  const applied: string[] = [];
  for (const migration of migrations.filter(({ name }) => !done.has(name))) {
    for (const query of migration.statements) await put(query);
    const values = [{ name: migration.name, checksum: migration.checksum }];
    await onceReplicasFollow(plan, clock, () => client.insert({ table: 'vigie.migrations', values, format: 'JSONEachRow' }));
    applied.push(migration.name);
  }
  // Until a scorer registers its selections the views exist and are empty. A view that is there already is left alone.
  for (const view of selectionViews(new Map())) await put(view.create('CREATE VIEW IF NOT EXISTS'));
  return { applied, already: [...done.keys()] };
}

async function refuseOtherTables(client: ClickHouseClient, { kind }: TablePlan): Promise<void> {
  const engine = await migrationsEngine(client);
  if (engine === undefined || kindOfEngine(engine) === kind) return;
  throw new Error(
    `the tables of vigie are kept as ${kindOfEngine(engine)} (${engine}), not ${kind}: say --tables ${kindOfEngine(engine)}, or move them to new ones first (deploy/clickhouse/replicated.md)`,
  );
}

/**
 * ClickHouse's errors of a replica that has not followed yet: no such column, identifier, table or database, and an `ALTER` behind one that it still has to make.
 */
const notFollowedYet: ReadonlySet<number> = new Set([16, 47, 60, 81, 517]);

/** How often a statement is tried, and how far apart, milliseconds. */
const followTries = 30;
const followWaitMs = 1000;

/** What stands before several nodes gives each statement to whichever it likes, also to one where the statement before is still on its way. */
async function onceReplicasFollow<T>({ kind }: TablePlan, clock: Pick<Clock, 'sleep'>, call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (cause) {
      const told = cause instanceof ClickHouseError ? cause : isError(cause) ? cause.cause : undefined;
      const isBehind = told instanceof ClickHouseError && notFollowedYet.has(Number(told.code));
      if (kind === 'single' || !isBehind || tries === followTries) throw cause;
      await clock.sleep(followWaitMs);
    }
  }
}
