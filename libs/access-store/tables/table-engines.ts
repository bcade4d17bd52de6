/**
 * How tables are kept: on one node, on every replica of a cluster of one's own, or in the storage that the nodes of ClickHouse Cloud share. Migrations are written for
 * one node; everything else follows from it here, so that there is one text of each table.
 */
export const tableKinds = ['single', 'replicated', 'shared'] as const;
export type TableKind = (typeof tableKinds)[number];

export interface TablePlan {
  readonly kind: TableKind;
  /** As `remote_servers` of the servers names it; for replicated tables. */
  readonly cluster?: string | undefined;
}

export const onOneNode: TablePlan = { kind: 'single' };

/** A retry after a weekend without ClickHouse is still recognised: the default is an hour. */
const deduplicationSeconds = 604_800;

/**
 * The database that holds the tables. A replicated one carries every statement, those of the archiver's views too, to all replicas by itself, and gives each
 * replicated table its place in Keeper; `{shard}` and `{replica}` are macros of the servers.
 */
export function databaseStatement({ kind, cluster }: TablePlan): string {
  if (kind !== 'replicated') return 'CREATE DATABASE IF NOT EXISTS vigie';
  const on = cluster === undefined ? '' : ` ON CLUSTER '${cluster}'`;
  return `CREATE DATABASE IF NOT EXISTS vigie${on} ENGINE = Replicated('/clickhouse/databases/vigie', '{shard}', '{replica}')`;
}

/** A statement of a migration for tables of this kind; what makes no table is given back as it was. */
export function statementFor(statement: string, { kind }: TablePlan): string {
  if (kind === 'single' || !/^\s*CREATE TABLE\b/m.test(statement)) return statement;
  const engine = /\bENGINE = (\w*MergeTree)\b/;
  const window = /\bnon_replicated_deduplication_window = (\d+)/;
  const prefix = kind === 'replicated' ? 'Replicated' : 'Shared';
  const recognised = statement
    .replace(engine, `ENGINE = ${prefix}$1`)
    .replace(window, `replicated_deduplication_window = $1, replicated_deduplication_window_seconds = ${deduplicationSeconds}`);
  // What many nodes share is durable when it is answered, and has no disk of its own to sync.
  return kind === 'shared'
    ? recognised.replaceAll(/,?\s*fsync_(after_insert|part_directory) = 1/g, '').replace(/SETTINGS\s*$/, '')
    : recognised;
}

/** The kind of tables that an engine of ClickHouse belongs to. */
export function kindOfEngine(engine: string): TableKind {
  if (engine.startsWith('Replicated')) return 'replicated';
  return engine.startsWith('Shared') ? 'shared' : 'single';
}
