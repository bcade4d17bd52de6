import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { CaseBook } from '#libs/cases/case-book.js';
import { clinic, listEntry } from '#libs/contracts/list-entry.js';
import { notificationRow } from '#libs/contracts/notification-row.js';
import { topics } from '#libs/contracts/topics.js';
import { systemClock } from '#libs/runtime/clock.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { aChange, atMinute } from '#libs/testkit/case-records.js';
import { anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { expandSql, panelQueries } from '#libs/testkit/dashboards.js';
import { erase } from '../erasure/erase.js';
import { subjectOf } from '../erasure/subject.js';
import { ClickHouseHistory } from '../history/clickhouse-history.js';
import { toldSends } from '../incidents/told-sends.js';
import { AuditReader } from '../audit/audit-reader.js';
import { mayChangeRows, missingRights } from '../inspect/inspect-store.js';
import { ClickHouseLists } from '../lists/clickhouse-lists.js';
import { ClickHouseMutes } from '../lists/clickhouse-mutes.js';
import { QuarantineStore } from '../quarantine/quarantine-store.js';
import { ClickHouseStore } from './clickhouse-store.js';
import { spawnMigrated } from './migrated-store.fixture.js';
import { accessOf, accessUsers } from '#libs/testkit/granted/access-file.js';
import { GrantedEngine } from './granted-engine.fixture.js';
import { migrate, readMigrations } from '../tables/migrate.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-grants-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The tables are made by an owner, then the engine is opened again by somebody who has what `access.sql` grants the archiver. */
describe('the archiver with the rights of access.sql, on the engine', () => {
  let engine: GrantedEngine;
  let store: ClickHouseStore;
  beforeAll(async () => {
    const { server, client: owner } = await spawnMigrated({ directory: folder });
    await owner.close();
    await server.end('SIGTERM');
    engine = new GrantedEngine(join(folder, 'clickhouse'), 'vigie_archiver');
    store = new ClickHouseStore(engine.client, systemClock);
  });
  afterAll(() => engine.close());

  it('may do all of its work', async () => {
    const row = anAccessRow({ group_id: 'aleo', patient_id: aPatient('grants') });
    const frame = Buffer.from(`${JSON.stringify(row)}\n`);
    expect(await store.insert('accesses', frame, 1, 'grants')).toEqual({ kind: 'accepted', value: 1 });
    expect(await store.found('accesses', [row.event_id])).toBe(1);
    expect(await store.erasedLately(['aleo'])).toEqual([]);
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
    expect(views).toHaveLength(8);
    for (const view of views) expect(JSON.stringify(view)).toContain('vigie.selected_accesses');
    const evaluating = await engine.query("SELECT as_select FROM system.tables WHERE name = 'selected_accesses'");
    expect(JSON.stringify(evaluating)).toContain('2'.repeat(32));
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
  let engine: GrantedEngine;
  beforeAll(() => {
    engine = new GrantedEngine(join(folder, 'clickhouse'), 'vigie_notifier');
  });
  afterAll(() => engine.close());

  it('reads the mutes and what was told, and writes down what it tells', async () => {
    const [id, at] = ['a'.repeat(32), '2026-11-02T08:00:00.000Z'];
    const row = {
      change_id: id,
      incident_id: id,
      change_type: '',
      kind: 'opening',
      endpoint: 'soc',
      attempt: 1,
      outcome: 'delivered',
      status: 204,
      reason: '',
      at,
      delay_seconds: 1,
    };
    const store = new ClickHouseStore(engine.client, systemClock);
    expect(
      await store.insert('notifications', Buffer.from(`${JSON.stringify(notificationRow.parse(row))}\n`), 1, 'told'),
    ).toEqual({ kind: 'accepted', value: 1 });
    expect(await toldSends(engine.client, at)).toEqual([{ receiver: 'soc', send_id: id }]);
    expect(await new ClickHouseMutes(engine.client).endingAfter(at)).toEqual([]);
    expect(await new ClickHouseLists(engine.client).clinics()).toEqual([]);
    expect(await new AuditReader(engine.client).heads(0, 10)).toEqual([]);
    await expect(engine.query('SELECT `by` FROM vigie.audit_rows')).rejects.toMatchObject({ code: '497' });
    expect(await missingRights(engine.client, ['notifier'])).toEqual([]);
    expect(await missingRights(engine.client, ['console'])).toEqual(['INSERT ON vigie.case_states', 'INSERT ON vigie.mutes']);
    await expect(engine.query('SELECT actor_id FROM vigie.case_states')).rejects.toMatchObject({ code: '497' });
  });
});

/** As the notifier's, by what `access.sql` grants the console. */
describe('the console with the rights of access.sql, on the engine', () => {
  let engine: GrantedEngine;
  beforeAll(() => {
    engine = new GrantedEngine(join(folder, 'clickhouse'), 'vigie_console');
  });
  afterAll(() => engine.close());

  it('writes down cases, reads what was told and who answers for clinics, and sees no access', async () => {
    const book = new CaseBook();
    book.addChange(aChange('a', 1));
    const [row] = book.states(Date.parse(atMinute(2)));
    const bytes = Buffer.from(`${JSON.stringify(row)}\n`);
    expect(await new ClickHouseStore(engine.client, systemClock).insert('case_states', bytes, 1, 'cases')).toEqual({
      kind: 'accepted',
      value: 1,
    });
    expect(await new ClickHouseMutes(engine.client).endingAfter(atMinute(0))).toEqual([]);
    await engine.query("INSERT INTO vigie.mutes (mute_id, group_id) VALUES ('a', 'aleo')");
    expect(await engine.query('SELECT kind FROM vigie.notifications')).toEqual([{ kind: 'opening' }]);
    expect(await new ClickHouseLists(engine.client).clinics()).toEqual([]);
    expect(await missingRights(engine.client, ['console'])).toEqual([]);
    for (const table of ['access_rows', 'dossier_patients', 'case_states'])
      await expect(engine.query(`SELECT count() FROM vigie.${table} WHERE group_id = 'aleo'`)).rejects.toMatchObject({
        code: '497',
      });
  });
});

/** Tasks and people, one after the other over what the services left there. */
describe('the others of access.sql, on the engine', () => {
  const data = join(folder, 'clickhouse');
  const refused = { code: '497' };

  async function as(user: string, work: (engine: GrantedEngine) => Promise<void>, directory = data): Promise<void> {
    const engine = new GrantedEngine(directory, user);
    try {
      await work(engine);
    } finally {
      engine.close();
    }
  }

  it('vigie migrate makes the database and every table and view, in an empty place and again', async () => {
    await as(
      'vigie_migrate',
      async ({ client }) => {
        expect((await migrate(client)).applied).toHaveLength(readMigrations().length);
        expect((await migrate(client)).applied).toEqual([]);
      },
      join(folder, 'empty'),
    );
  });

  it('vigie erase takes rows away as the one who migrates, and keeps its record', async () => {
    const directory = join(folder, 'erased');
    await as(
      'vigie_eraser',
      async ({ client }) => {
        await migrate(client);
        const frame = Buffer.from(
          ['a', 'b'].map((name) => `${JSON.stringify(anAccessRow({ group_id: 'aleo', patient_id: aPatient(name) }))}\n`).join(''),
        );
        await new ClickHouseStore(client, systemClock).insert('accesses', frame, 2, 'erased');
        const subject = await subjectOf(client, { kind: 'patient', patient: aPatient('a') });
        const { row } = await erase(
          client,
          { subject, order: { reason: 'asked for', by: 'dpo' } },
          { clock: systemClock, progress: () => {} },
        );
        expect(row).toMatchObject({ state: 'done', taken: { access_rows: 1 } });
        expect((await subjectOf(client, { kind: 'patient', patient: aPatient('a') })).groups).toEqual([]);
      },
      directory,
    );
    await as(
      'helix_analyst',
      async (engine) => {
        expect(await engine.query('SELECT count() AS n FROM vigie.erasures')).toEqual([{ n: 0 }]);
      },
      directory,
    );
  });

  it('the scorer reads the history and lists, and writes nothing', async () => {
    await as('vigie_scorer', async (engine) => {
      const history = new ClickHouseHistory(engine.client);
      expect(await history.storedThrough({ topic: topics.accesses, partition: 0 })).toBe(0);
      expect(await new ClickHouseLists(engine.client).entries()).toEqual([]);
      expect(await engine.query('SELECT count() AS n FROM vigie.accesses')).toEqual([{ n: 1 }]);
      expect(await missingRights(engine.client, ['scorer'])).toEqual([]);
      expect(await mayChangeRows(engine.client)).toBe(false);
    });
  });

  it('the keeper of lists keeps lists and clinics, and sees no access', async () => {
    await as('vigie_keeper', async (engine) => {
      const lists = new ClickHouseLists(engine.client);
      const entry = {
        list_name: 'service_accounts',
        group_id: 'helix',
        value: 'b',
        valid_from: null,
        valid_until: null,
        owner: 'it',
        reason: 'batch',
      };
      await lists.put([listEntry.parse(entry)]);
      expect((await lists.entries('service_accounts')).map(({ value }) => value)).toEqual(['b']);
      await lists.putClinics([
        clinic.parse({ group_id: 'helix', clinic_id: '1', name: 'Nord', opened_at: null, closed_at: null }),
      ]);
      expect(await lists.clinics()).toHaveLength(1);
      await expect(engine.query('SELECT * FROM vigie.access_rows')).rejects.toMatchObject(refused);
    });
  });

  it('who reads the quarantine again sees what is sealed there and nothing else, and writes down what was replayed', async () => {
    await as('vigie_replayer', async (engine) => {
      const quarantine = new QuarantineStore(engine.client);
      expect(await quarantine.sealed({}, '', 10)).toEqual([]);
      await quarantine.replayed([{ group_id: 'helix', source: 'dpi', quarantine_id: '0'.repeat(32), events: 1 }], 0);
      await expect(engine.query('SELECT * FROM vigie.access_rows')).rejects.toMatchObject(refused);
      await expect(engine.query("INSERT INTO vigie.quarantine_rows (quarantine_id) VALUES ('a')")).rejects.toMatchObject(refused);
    });
  });

  it('the search for leaks reads every table and writes down what it found', async () => {
    await as('vigie_leakcheck', async (engine) => {
      const tables = await engine.query(
        "SELECT name FROM system.tables WHERE database = 'vigie' AND engine LIKE '%MergeTree' AND name != 'migrations'",
      );
      for (const { name } of z.array(z.object({ name: z.string() })).parse(tables))
        await engine.query(`SELECT count() FROM vigie.${name} WHERE toString(tuple(*)) LIKE '%x%'`);
      expect(await engine.query('SELECT count() AS n FROM vigie.access_rows')).toEqual([{ n: 1 }]);
      await expect(engine.query("INSERT INTO vigie.lists (list_name) VALUES ('a')")).rejects.toMatchObject(refused);
    });
  });

  it.each(['helix_analyst', 'vigie_grafana'])('%s sees its own group alone, and writes nothing', async (user) => {
    await as(user, async (engine) => {
      // The access of the archiver's test is of another group.
      expect(await engine.query('SELECT count() AS n FROM vigie.accesses')).toEqual([{ n: 0 }]);
      expect(await engine.query('SELECT value FROM vigie.lists')).toEqual([{ value: 'b' }]);
      expect(await engine.query('SELECT count() AS n FROM vigie.dossier_patients')).toEqual([{ n: 0 }]);
      for (const query of [
        "INSERT INTO vigie.lists (list_name) VALUES ('a')",
        'DROP VIEW vigie.incidents',
        'SET max_memory_usage = 3000000000',
      ])
        await expect(engine.query(query)).rejects.toThrow(/Not enough privileges|readonly|shouldn't be greater/);
    });
  });

  it('dashboards get an answer to every question of theirs', async () => {
    const choice = {
      fromMs: Date.UTC(2026, 10, 1),
      toMs: Date.UTC(2026, 10, 2),
      intervalSeconds: 60,
      variables: { incident: ['1'.repeat(32)] },
    };
    const questions = panelQueries(readFileSync(join(projectRoot, 'deploy/grafana/dashboards/analysts.json'), 'utf8'));
    expect(questions.length).toBeGreaterThan(10);
    await as('vigie_grafana', async (engine) => {
      for (const { text } of questions) await engine.query(expandSql(text, choice));
    });
  });

  it('the officer sets scopes and reads frozen lists of the own group, and changes none', async () => {
    await as('helix_dpo', async (engine) => {
      await engine.query("INSERT INTO vigie.dossier_patients (snapshot_id, group_id) VALUES ('s', 'helix'), ('s', 'aleo')");
      expect(await engine.query('SELECT group_id FROM vigie.dossier_patients')).toEqual([{ group_id: 'helix' }]);
      await expect(engine.query('ALTER TABLE vigie.dossier_patients DELETE WHERE 1')).rejects.toMatchObject(refused);
    });
  });

  it('none but the one who migrates may change or delete a row, and each has a test here', () => {
    const changing = accessUsers.filter((user) =>
      accessOf(user).grants.some((grant) => /\b(ALTER|TRUNCATE|DELETE|DROP(?! VIEW))\b/.test(grant)),
    );
    expect(changing).toEqual(['vigie_migrate', 'vigie_eraser']);
    const text = readFileSync(join(projectRoot, 'libs/access-store/clickhouse/grants.test.ts'), 'utf8');
    expect(accessUsers.filter((user) => !text.includes(`'${user}'`))).toEqual([]);
  });
});
