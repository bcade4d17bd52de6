import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { CaseBook } from '#libs/cases/case-book.js';
import { notificationRow } from '#libs/contracts/notification-row.js';
import { topics } from '#libs/contracts/topics.js';
import { systemClock } from '#libs/runtime/clock.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { aChange, atMinute } from '#libs/testkit/case-records.js';
import { anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { toldSends } from '../incidents/told-sends.js';
import { mayChangeRows, missingRights } from '../inspect/inspect-store.js';
import { ClickHouseLists } from '../lists/clickhouse-lists.js';
import { ClickHouseMutes } from '../lists/clickhouse-mutes.js';
import { ClickHouseStore } from './clickhouse-store.js';
import { spawnMigrated } from './migrated-store.fixture.js';
import { migrationOf } from './migrate.js';

const { statements } = migrationOf('0000_access.sql', readFileSync(join(projectRoot, 'deploy/clickhouse/access.sql'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'vigie-grants-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The tables are made by an owner, then the engine is opened again by somebody who has what `access.sql` grants the archiver. */
describe('the archiver with the rights of access.sql, on the engine', () => {
  let engine: RestrictedEngine;
  let store: ClickHouseStore;
  beforeAll(async () => {
    const { server, client: owner } = await spawnMigrated({ directory: folder });
    await owner.close();
    await server.end('SIGTERM');
    engine = new RestrictedEngine(join(folder, 'clickhouse'), grantsOf('vigie_archiver'));
    store = new ClickHouseStore(engine.client, systemClock);
  });
  afterAll(() => engine.close());

  it('may do all of its work', async () => {
    const row = anAccessRow({ patient_id: aPatient('grants') });
    const frame = Buffer.from(`${JSON.stringify(row)}\n`);
    expect(await store.insert('accesses', frame, 1, 'grants')).toEqual({ kind: 'accepted', value: 1 });
    expect(await store.found('accesses', [row.event_id])).toBe(1);
    const at = { topic: topics.accesses, partition: 0 };
    await store.recordBatch({ ...at, first: 0, last: 0, rows: 1, refused: 0, token: 't' });
    expect(await store.batches(at, 0, 10)).toHaveLength(1);
    expect(await new ClickHouseLists(engine.client).fingerprint()).not.toBe('');
  });

  it('makes the selections of the rules known, again and again, and the views evaluate them', async () => {
    for (const ids of [['1'], ['1'], ['1', '2']])
      await store.registerSelections(ids.map((id) => ({ id: id.repeat(32), sql: `action = 'read' OR ${id} = 0` })));
    const views = await engine.query(
      "SELECT name, as_select AS text FROM system.tables WHERE match(name, '_patients|_ledger_of|_unnamed_of') AND engine = 'View'",
    );
    expect(views).toHaveLength(7);
    for (const view of views) expect(JSON.stringify(view)).toContain('2'.repeat(32));
  });

  it('has every right that its work is known to need, and none of those that would rewrite evidence', async () => {
    expect(await missingRights(engine.client, ['archiver', 'scorer'])).toEqual([]);
    expect(await mayChangeRows(engine.client)).toBe(false);
    expect(await missingRights(engine.client, ['notifier'])).toEqual(['INSERT ON vigie.notification_attempts']);
  });

  it('may neither change nor delete what is stored, nor make tables', async () => {
    for (const query of [
      'DROP TABLE vigie.access_rows',
      'ALTER TABLE vigie.access_rows DELETE WHERE 1',
      'TRUNCATE TABLE vigie.quarantine_rows',
      'CREATE TABLE vigie.t (a Int8) ENGINE = Memory',
      'INSERT INTO vigie.lists (list_name) SELECT 1',
      'DROP VIEW vigie.incidents',
    ])
      // prettier-ignore
      await expect(engine.query(query)).rejects.toMatchObject({ code: '497' });
  });
});

/** On the engine of before, which is opened once more: by somebody who has what `access.sql` grants the notifier. */
describe('the notifier with the rights of access.sql, on the engine', () => {
  let engine: RestrictedEngine;
  beforeAll(() => {
    engine = new RestrictedEngine(join(folder, 'clickhouse'), grantsOf('vigie_notifier'));
  });
  afterAll(() => engine.close());

  it('reads the mutes and what was told, and writes down what it tells', async () => {
    const [id, at] = ['a'.repeat(32), '2026-11-02T08:00:00.000Z'];
    const row = { change_id: id, incident_id: id, change_type: '', kind: 'opening', endpoint: 'soc', attempt: 1, outcome: 'delivered', status: 204, reason: '', at, delay_seconds: 1 };
    const store = new ClickHouseStore(engine.client, systemClock);
    expect(await store.insert('notifications', Buffer.from(`${JSON.stringify(notificationRow.parse(row))}\n`), 1, 'told')).toEqual({ kind: 'accepted', value: 1 });
    expect(await toldSends(engine.client, at)).toEqual([{ receiver: 'soc', send_id: id }]);
    expect(await new ClickHouseMutes(engine.client).endingAfter(at)).toEqual([]);
    expect(await new ClickHouseLists(engine.client).clinics()).toEqual([]);
    expect(await missingRights(engine.client, ['notifier'])).toEqual([]);
    expect(await missingRights(engine.client, ['console'])).toEqual(['INSERT ON vigie.case_states', 'INSERT ON vigie.mutes']);
    await expect(engine.query('SELECT actor_id FROM vigie.case_states')).rejects.toMatchObject({ code: '497' });
  }); // prettier-ignore
});

/** As the notifier's, by what `access.sql` grants the console. */
describe('the console with the rights of access.sql, on the engine', () => {
  let engine: RestrictedEngine;
  beforeAll(() => {
    engine = new RestrictedEngine(join(folder, 'clickhouse'), grantsOf('vigie_console'));
  });
  afterAll(() => engine.close());

  it('writes down cases, reads what was told and who answers for clinics, and sees no access', async () => {
    const book = new CaseBook();
    book.addChange(aChange('a', 1));
    const [row] = book.states(Date.parse(atMinute(2)));
    const bytes = Buffer.from(`${JSON.stringify(row)}\n`);
    expect(await new ClickHouseStore(engine.client, systemClock).insert('case_states', bytes, 1, 'cases')).toEqual({ kind: 'accepted', value: 1 });
    expect(await new ClickHouseMutes(engine.client).endingAfter(atMinute(0))).toEqual([]);
    await engine.query("INSERT INTO vigie.mutes (mute_id, group_id) VALUES ('a', 'aleo')");
    expect(await engine.query('SELECT kind FROM vigie.notifications')).toEqual([{ kind: 'opening' }]);
    expect(await new ClickHouseLists(engine.client).clinics()).toEqual([]);
    expect(await missingRights(engine.client, ['console'])).toEqual([]);
    for (const table of ['access_rows', 'dossier_patients', 'case_states'])
      await expect(engine.query(`SELECT count() FROM vigie.${table} WHERE group_id = 'aleo'`)).rejects.toMatchObject({ code: '497' });
  }); // prettier-ignore
});

/** Every GRANT of the default roles of a user, as the file says it. */
function grantsOf(user: string): readonly string[] {
  const made = statements.find((statement) => statement.includes(`CREATE USER IF NOT EXISTS ${user} `)) ?? '';
  const roles = /DEFAULT ROLE ([\w, ]+?)(?: SETTINGS|$)/.exec(made)?.[1]?.split(', ') ?? [];
  return statements.flatMap((statement) => {
    const [, rights, role] = /^GRANT (.+) TO (\w+)$/m.exec(statement) ?? [];
    return rights !== undefined && role !== undefined && roles.includes(role) ? [`GRANT ${rights}`] : [];
  });
}

interface Addon {
  CreateConnection(directory: string, args: readonly string[]): object;
  CloseConnection(connection: object): void;
  QueryAsyncConnection(connection: object, sql: string, format: string): Promise<{ readonly bytes: Buffer }>;
}

/** The engine in this process, whose only user has these grants and no others; a client of it as far as the store needs one. */
class RestrictedEngine {
  readonly #addon: Addon;
  readonly #keeper: object;

  constructor(
    private readonly directory: string,
    grants: readonly string[],
  ) {
    const require = createRequire(import.meta.url);
    const loader: { loadNative(): Addon } = require(join(dirname(require.resolve('chdb/package.json')), 'dist', 'loader.js'));
    this.#addon = loader.loadNative();
    const queries = grants.map((grant) => `<query>${grant}</query>`).join('');
    const users = `<default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota><grants>${queries}</grants></default>`;
    const [usersPath, configPath] = [join(folder, 'users.xml'), join(folder, 'config.xml')];
    writeFileSync(usersPath, `<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users>${users}</users></clickhouse>`); // prettier-ignore
    writeFileSync(configPath, `<clickhouse><users_config>${usersPath}</users_config></clickhouse>`);
    this.#keeper = this.#addon.CreateConnection(directory, [`--config-file=${configPath}`]);
  }

  close(): void {
    this.#addon.CloseConnection(this.#keeper);
  }

  async query(sql: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<readonly unknown[]> {
    const connection = this.#addon.CreateConnection(this.directory, ['--date_time_input_format=best_effort']);
    try {
      for (const [name, value] of Object.entries(parameters))
        await this.#addon.QueryAsyncConnection(connection, `SET param_${name} = '${literal(value)}'`, 'Null');
      const { bytes } = await this.#addon.QueryAsyncConnection(connection, sql, 'JSONEachRow');
      return (bytes.toString().match(/.+/g) ?? []).map((line): unknown => JSON.parse(line));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new ClickHouseError({ message, code: /Code: (\d+)/.exec(message)?.[1] ?? '0', type: 'REFUSED' });
    } finally {
      this.#addon.CloseConnection(connection);
    }
  }

  /** What the store calls of the official client. */
  get client(): ClickHouseClient {
    const insertRows = (table: string, text: string) => this.query(`INSERT INTO ${table} FORMAT JSONEachRow ${text.trim()}`);
    const made = {
      command: ({ query }: { query: string }) => this.query(query),
      query: async ({ query, query_params }: { query: string; query_params?: Record<string, unknown> }) => {
        const rows = await this.query(query, query_params);
        return { json: async () => rows };
      },
      insert: ({ table, values }: { table: string; values: readonly object[] }) =>
        insertRows(table, values.map((value) => JSON.stringify(value)).join('\n')),
      exec: async ({ query, values }: { query: string; values?: Readable }) => {
        if (!values)
          return {
            stream: Readable.from([
              Buffer.from((await this.query(query)).map((row) => Object.values(Object(row)).join('\t')).join('\n')),
            ]),
          };
        const text = Buffer.concat(await values.toArray()).toString();
        await this.query(`${query} ${text.trim()}`);
        return { summary: { written_rows: String(text.trim().split('\n').length) }, stream: Readable.from([]) };
      },
    };
    return made as unknown as ClickHouseClient;
  }
}

/** A parameter as `SET` takes it, of values without quotes. */
function literal(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((one) => `\\'${String(one)}\\'`).join(',')}]` : String(value);
}
