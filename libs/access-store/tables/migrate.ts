import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
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
): Promise<MigrationReport> {
  await refuseOtherTables(client, plan);
  await client.command({ query: databaseStatement(plan) });
  await client.command({ query: statementFor(bookStatement, plan) });
  const done = await appliedMigrations(client);
  for (const { name, checksum } of migrations)
    if (done.has(name) && done.get(name) !== checksum)
      throw new Error(`migration ${name} was changed after it had been applied; restore the file and write a new one`);
  const applied: string[] = [];
  for (const migration of migrations.filter(({ name }) => !done.has(name))) {
    for (const query of migration.statements) await client.command({ query: statementFor(query, plan) });
    await client.insert({
      table: 'vigie.migrations',
      values: [{ name: migration.name, checksum: migration.checksum }],
      format: 'JSONEachRow',
    });
    applied.push(migration.name);
  }
  await createEmptyViews(client);
  return { applied, already: [...done.keys()] };
}

async function refuseOtherTables(client: ClickHouseClient, { kind }: TablePlan): Promise<void> {
  const engine = await migrationsEngine(client);
  if (engine === undefined || kindOfEngine(engine) === kind) return;
  throw new Error(
    `the tables of vigie are kept as ${kindOfEngine(engine)} (${engine}), not ${kind}: say --tables ${kindOfEngine(engine)}, or move them to new ones first (deploy/clickhouse/replicated.md)`,
  );
}

/** Until a scorer registers its selections the views exist and are empty. A view that is there already is left alone. */
async function createEmptyViews(client: ClickHouseClient): Promise<void> {
  for (const view of selectionViews(new Map())) await client.command({ query: view.create('CREATE VIEW IF NOT EXISTS') });
}
