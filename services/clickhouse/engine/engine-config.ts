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

/** Settings that name files or programs, choose another parser, or let data of an INSERT call functions: nobody may change them. */
export const fixedSettings: Readonly<Record<string, string>> = {
  format_template_row: '', format_template_resultset: '', format_schema: '', format_schema_source: 'file', format_schema_message_name: '',
  dialect: 'clickhouse', input_format_values_interpret_expressions: '0', allow_introspection_functions: '0',
  allow_experimental_eval_table_function: '0', allow_experimental_ai_functions: '0',
}; // prettier-ignore

/** Where user files and programs of the engine would lie: a place that nobody can make. */
const nowhere = '/dev/null/none/';

/**
 * Writes the engine's configuration below `directory` and returns its path. The engine knows one user, who has no right of its own but may
 * take one of the roles, and loses the other with it.
 */
export function writeEngineConfig(directory: string): string {
  const folder = join(directory, 'engine-config');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const users = join(folder, 'users.xml');
  const main = join(folder, 'config.xml');
  writeFileSync(users, usersXml(), { mode: 0o600 });
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

function usersXml(): string {
  const roles = Object.entries(grants);
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
    ...roles.map(([role, rights]) => `<${role}><grants><query>GRANT ${rights} ON *.*</query></grants></${role}>`),
    '</roles>',
    '<users><default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>',
    `<grants><query>GRANT ${roles.map(([role]) => role).join(', ')}</query></grants></default></users>`,
    '<quotas><default/></quotas>',
    '</clickhouse>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
