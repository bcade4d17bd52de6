// engine/: the engine in this process, its configuration and roles, and proof that its walls stand.
// The only room that knows chdb.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** On whose behalf a connection works. The engine itself refuses what the role has no right to. */
export type EngineRole = 'people' | 'services';

/** No role may read or write files, speak to other machines, make functions, users or dictionaries, or give orders to the server. */
const grants: Readonly<Record<EngineRole, string>> = {
  people: 'SELECT, SHOW',
  services:
    'SELECT, SHOW, INSERT, ALTER UPDATE, ALTER DELETE, ALTER COLUMN, ALTER INDEX, ALTER ORDER BY, ALTER SAMPLE BY, ALTER CONSTRAINT, ALTER TTL, ALTER SETTINGS, ALTER VIEW, CREATE DATABASE, CREATE TABLE, CREATE VIEW, CREATE TEMPORARY TABLE, DROP DATABASE, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, KILL QUERY',
};

/** What somebody may do who comes under a name of their own, as a ClickHouse server would let them. */
export interface NamedRights {
  /** Statements `GRANT ... ON ...`, without those to whom. */
  readonly grants: readonly string[];
  /** Of tables of the database `vigie` that have row policies: the condition of the rows that are seen. */
  readonly filters: ReadonlyMap<string, string>;
}

/** Settings that name files, programs or servers, choose another parser, or let data of an INSERT call functions: nobody may change them. */
export const fixedSettings: Readonly<Record<string, string>> = {
  format_template_row: '',
  format_template_resultset: '',
  format_schema: '',
  format_schema_source: 'file',
  format_schema_message_name: '',
  output_format_schema: '',
  format_avro_schema_registry_url: '',
  input_format_record_errors_file_path: '',
  rename_files_after_processing: '',
  dialect: 'clickhouse',
  input_format_values_interpret_expressions: '0',
  allow_introspection_functions: '0',
  allow_experimental_eval_table_function: '0',
  allow_experimental_ai_functions: '0',
};

/** Where user files and programs of the engine would lie: a place that nobody can make. */
const nowhere = '/dev/null/none/';

/**
 * Writes the engine's configuration below `directory` and returns its path. The engine knows one user, who has no right of its own but may
 * take one of the roles, and loses the other with it. `named` are further roles; a table that one of them sees in part has a filter by the role that was taken.
 */
export function writeEngineConfig(directory: string, named: ReadonlyMap<string, NamedRights> = new Map()): string {
  const folder = join(directory, 'engine-config');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const users = join(folder, 'users.xml');
  const main = join(folder, 'config.xml');
  writeFileSync(users, usersXml(named), { mode: 0o600 });
  writeFileSync(main, mainXml(users), { mode: 0o600 });
  return main;
}

function mainXml(users: string): string {
  return [
    '<clickhouse>',
    `<users_config>${escaped(users)}</users_config>`,
    ...['user_files_path', 'user_scripts_path', 'format_schema_path', 'dictionaries_lib_path'].map(
      (name) => `<${name}>${nowhere}</${name}>`,
    ),
    '</clickhouse>',
    '',
  ].join('\n');
}

function usersXml(named: ReadonlyMap<string, NamedRights>): string {
  const own = Object.entries(grants).map(([role, rights]) => [role, [`GRANT ${rights} ON *.*`]] as const);
  const roles = [...own, ...[...named].map(([role, rights]) => [role, rights.grants] as const)];
  const fixed = Object.entries(fixedSettings);
  return [
    '<clickhouse>',
    '<profiles><default>',
    ...fixed.map(([name, value]) => `<${name}>${value}</${name}>`),
    '<constraints>',
    ...fixed.map(([name]) => `<${name}><const/></${name}>`),
    '</constraints>',
    '</default></profiles>',
    '<roles>',
    ...roles.map(
      ([role, queries]) =>
        `<${role}><grants>${queries.map((query) => `<query>${escaped(query)}</query>`).join('')}</grants></${role}>`,
    ),
    '</roles>',
    '<users><default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>',
    `<grants><query>GRANT ${roles.map(([role]) => role).join(', ')}</query></grants>`,
    `${named.size > 0 ? `<databases><vigie>${filtersXml(named)}</vigie></databases>` : ''}</default></users>`,
    '<quotas><default/></quotas>',
    '</clickhouse>',
    '',
  ].join('\n');
}

/** Policies of a configuration are a user's, so the one that there is asks which role it has taken. */
function filtersXml(named: ReadonlyMap<string, NamedRights>): string {
  const tables = new Set([...named.values()].flatMap(({ filters }) => [...filters.keys()]));
  const seesAll = `hasAny(currentRoles(), ['${Object.keys(grants).join("', '")}'])`;
  return [...tables]
    .map((table) => {
      const parts = [...named].map(
        ([role, { filters }]) => `(has(currentRoles(), '${role}') AND (${filters.get(table) ?? '1'}))`,
      );
      return `<${table}><filter>${escaped([seesAll, ...parts].join(' OR '))}</filter></${table}>`;
    })
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
