import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { messageOf } from '#libs/runtime/outcome.js';
import { type Access, accessOf } from '#libs/testkit/granted/access-file.js';

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function usersFile({ grants, filters, settings }: Access): string {
  const queries = grants.map((grant) => `<query>${xml(grant)}</query>`).join('');
  const tables = [...filters].map(([table, filter]) => `<${table}><filter>${xml(filter)}</filter></${table}>`).join('');
  const said = settings.map((one) => /^(\w+) = (\d+)(?: MIN (\d+) MAX (\d+)| (CONST))?$/.exec(one) ?? []);
  const values = said.map(([, name, value]) => `<${name}>${value}</${name}>`).join('');
  const limits = said.map(([, name, , min, max, constant]) => {
    if (constant) return `<${name}><const/></${name}>`;
    return min === undefined ? '' : `<${name}><min>${min}</min><max>${max}</max></${name}>`;
  });
  const user = `<password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota><grants>${queries}</grants><databases><vigie>${tables}</vigie></databases>`;
  const profile = `<default>${values}<constraints>${limits.join('')}</constraints></default>`;
  return `<clickhouse><profiles>${profile}</profiles><quotas><default/></quotas><users><default>${user}</default></users></clickhouse>`;
}

interface Addon {
  CreateConnection(directory: string, args: readonly string[]): object;
  CloseConnection(connection: object): void;
  QueryAsyncConnection(connection: object, sql: string, format: string): Promise<{ readonly bytes: Buffer }>;
}

/** The engine in this process, whose only user has what a user of `access.sql` has: grants, policies, profile. A client of it as far as the store needs one. */
export class GrantedEngine {
  readonly #addon: Addon;
  readonly #keeper: object;

  constructor(
    private readonly directory: string,
    user: string,
  ) {
    const require = createRequire(import.meta.url);
    const loader: { loadNative(): Addon } = require(join(dirname(require.resolve('chdb/package.json')), 'dist', 'loader.js'));
    this.#addon = loader.loadNative();
    const [usersPath, configPath] = [`${directory}-users.xml`, `${directory}-config.xml`];
    writeFileSync(usersPath, usersFile(accessOf(user)));
    writeFileSync(configPath, `<clickhouse><users_config>${usersPath}</users_config></clickhouse>`);
    this.#keeper = this.#addon.CreateConnection(directory, [`--config-file=${configPath}`]);
  }

  close(): void {
    this.#addon.CloseConnection(this.#keeper);
  }

  async query(
    sql: string,
    parameters: Readonly<Record<string, unknown>> = {},
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly unknown[]> {
    const connection = this.#addon.CreateConnection(this.directory, ['--date_time_input_format=best_effort']);
    try {
      for (const [name, value] of Object.entries(settings))
        await this.#addon.QueryAsyncConnection(connection, `SET ${name} = ${String(value)}`, 'Null');
      for (const [name, value] of Object.entries(parameters))
        await this.#addon.QueryAsyncConnection(connection, `SET param_${name} = '${literal(value)}'`, 'Null');
      const { bytes } = await this.#addon.QueryAsyncConnection(connection, sql, 'JSONEachRow');
      return (bytes.toString().match(/.+/g) ?? []).map((line): unknown => JSON.parse(line));
    } catch (cause) {
      const message = messageOf(cause);
      throw new ClickHouseError({ message, code: /Code: (\d+)/.exec(message)?.[1] ?? '0', type: 'REFUSED' });
    } finally {
      this.#addon.CloseConnection(connection);
    }
  }

  /** What the store calls of the official client. */
  get client(): ClickHouseClient {
    const insertRows = (table: string, text: string) => this.query(`INSERT INTO ${table} FORMAT JSONEachRow ${text.trim()}`);
    const made = {
      command: ({ query, query_params, clickhouse_settings: { mutations_sync } = {} }: Statement) =>
        this.query(query, query_params, mutations_sync === undefined ? {} : { mutations_sync }),
      query: async ({ query, query_params }: { query: string; query_params?: Record<string, unknown> }) => {
        const rows = await this.query(query, query_params);
        return { json: async () => rows, text: async () => linesOf(rows) };
      },
      insert: ({ table, values }: { table: string; values: readonly object[] }) =>
        insertRows(table, values.map((value) => JSON.stringify(value)).join('\n')),
      exec: async ({ query, values, query_params }: Statement) => {
        if (!values) return { stream: Readable.from([Buffer.from(asked(query, await this.query(query, query_params)))]) };
        const text = Buffer.concat(await values.toArray()).toString();
        await this.query(`${query} ${text.trim()}`);
        return { summary: { written_rows: String(text.trim().split('\n').length) }, stream: Readable.from([]) };
      },
    };
    return made as unknown as ClickHouseClient;
  }
}

interface Statement {
  readonly query: string;
  readonly values?: Readable;
  readonly query_params?: Readonly<Record<string, unknown>>;
  readonly clickhouse_settings?: { readonly mutations_sync?: string };
}

/** Rows as the statement asks for them: lines of JSON, or without a word about it values between tabs. */
function asked(query: string, rows: readonly unknown[]): string {
  const lines = /FORMAT JSONEachRow\s*$/.test(query);
  return lines ? linesOf(rows) : rows.map((row) => `${Object.values(Object(row)).join('\t')}\n`).join('');
}

function linesOf(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A parameter as `SET` takes it, of values without quotes in them; an array has its numbers plain, as the official client writes them. */
function literal(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return `[${value.map((one) => (typeof one === 'number' ? one : `\\'${String(one)}\\'`)).join(',')}]`;
}
