import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { commandHeader } from '#libs/access-store/clickhouse/services-credential.js';
import { spawnMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { ChainCheck } from '#libs/audit/chain-check.js';
import { type AccessRow, accessRow } from '#libs/contracts/access-row.js';
import { type AuditRow, auditRow } from '#libs/contracts/audit-row.js';
import { type Topic, topics } from '#libs/contracts/topics.js';
import { unstamped } from '#libs/event-log/embedded/append-queue.js';
import { Disk } from '#libs/event-log/embedded/disk.js';
import { identityOf, type People } from '../http/identity.js';
import type { SpawnedClickHouse } from '../spawn.js';
import { patientNames } from './patient-names.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-query-audit-'));
let server: SpawnedClickHouse;
let client: ClickHouseClient;
beforeAll(async () => {
  ({ server, client } = await spawnMigrated({ directory: folder }));
  const columns = 'snapshot_id, controller_id, clinic_id, patient_id, certainty, first_time, last_time, accesses';
  await client.command({
    query: `INSERT INTO vigie.dossier_patients (${columns}) SELECT repeat('1', 32), 'c', 'c', lower(hex(MD5(toString(number)))), 'displayed', now64(3), now64(3), 1 FROM numbers(20000)`,
  });
});
afterAll(async () => {
  await client.close();
  await server.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
}

async function ask(
  query: string,
  { user = 'alice', headers = {}, parameters = {} }: Asked = {},
): Promise<{ status: number; text: string }> {
  const search = new URLSearchParams(parameters);
  const answer = await fetch(`${server.url}/?${search}`, {
    method: 'POST',
    body: query,
    headers: { 'x-clickhouse-user': user, ...headers },
  });
  return { status: answer.status, text: await answer.text() };
}

/** What lies in the log of the data folder, which the server goes on writing. */
async function linesOf<T>(topic: Topic, parse: (value: unknown) => T): Promise<readonly T[]> {
  const disk = new Disk(join(folder, 'log'), 64 * 1024 ** 3);
  const lines: string[] = [];
  for (const { key, value } of disk.extents.getRange({}))
    for (let offset = value.start; key[0] === topic && offset < value.end; offset += 1) {
      const stored = disk.frames.getBinary([topic, key[1], offset]);
      if (stored) lines.push(...unstamped(stored).bytes.toString('utf8').split('\n').filter(Boolean));
    }
  await disk.close();
  return lines.map((line) => parse(JSON.parse(line)));
}
const audited = () => linesOf<AuditRow>(topics.audit, (row) => auditRow.parse(row));
const accesses = () => linesOf<AccessRow>(topics.accesses, (row) => accessRow.parse(row));

const spellings: readonly (readonly [string, string, number, Asked?])[] = [
  ['a table', 'SELECT patient_id FROM vigie.dossier_patients LIMIT 7', 7],
  ['in Parquet', 'SELECT patient_id FROM vigie.dossier_patients LIMIT 7 FORMAT Parquet', 7],
  ['in Native', 'SELECT patient_id FROM vigie.dossier_patients LIMIT 7 FORMAT Native', 7],
  ['with another case of the words, quoted', 'select `patient_id` from "vigie" . `dossier_patients` limit 7 format JSON', 7],
  ['behind a name of a query', 'WITH l AS (SELECT * FROM vigie.dossier_patients) SELECT patient_id FROM l LIMIT 7', 7],
  ['in a union', '(SELECT patient_id FROM vigie.dossier_patients LIMIT 7) UNION ALL SELECT toString(1) WHERE 0', 7],
  ['by a parameter', 'SELECT patient_id FROM {t:Identifier} LIMIT 7', 7, { parameters: { param_t: 'dossier_patients', database: 'vigie' } }],
  ['by the database', 'SELECT patient_id FROM dossier_patients LIMIT 7', 7, { parameters: { database: 'vigie' } }],
  ['by a pattern', "SELECT patient_id FROM merge('vigie', '^dossier_pat') LIMIT 7", 7],
  ['by a text', "SELECT patient_id FROM mergeTreeIndex('vigie', 'dossier_patients') LIMIT 0", 0],
  ['by a text that is put together', "SELECT patient_id FROM mergeTreeIndex('vigie', concat('dossier', '_patients')) LIMIT 2", 2],
  ['a figure', 'SELECT uniqExact(patient_id) FROM vigie.dossier_patients', 1],
]; // prettier-ignore

describe('who reads patients on the port', () => {
  it('names every table and view that has patients', async () => {
    const answer = await client.query({
      query:
        "SELECT name, create_table_query ILIKE '%patient_id%' OR name LIKE 'quarantine%' AS mentions FROM system.tables WHERE database = 'vigie'",
      format: 'JSONEachRow',
    });
    const tables = await answer.json<{ name: string; mentions: number }>();
    const names = new Set(tables.map(({ name }) => name));
    expect([...patientNames].filter((name) => !names.has(name))).toEqual([]);
    const others = tables.filter(({ name, mentions }) => mentions && !patientNames.has(name)).map(({ name }) => name);
    // Events whose patients are not named, how many patients an account met, and ids of what was read again.
    expect(others.toSorted()).toEqual(['case_unnamed_of', 'dossier_unnamed_of', 'incident_accounts_of', 'quarantine_replays']);
  });

  it.each(spellings)('is written down: %s', async (_name, query, rows, asked = {}) => {
    const before = (await audited()).length;
    await ask(query, { user: `u${before}`, ...asked });
    expect((await audited()).slice(before)).toEqual([
      expect.objectContaining({
        by: `u${before}`,
        via: 'clickhouse',
        rows,
        status: 200,
        method: expect.stringMatching(/^(SELECT|WITH)$/),
      }),
    ]);
  });

  it.each([
    [
      'a plan',
      'EXPLAIN SELECT 1 FROM vigie.dossier_patients WHERE patient_id = (SELECT any(patient_id) FROM vigie.dossier_patients)',
      200,
      expect.any(Number),
    ],
    ['an error', 'SELECT throwIf(1, toString((SELECT groupArray(3)(patient_id) FROM vigie.dossier_patients)))', 500, 0],
  ])('is written down where %s quotes them', async (_name, query, status, rows) => {
    const before = (await audited()).length;
    const { text } = await ask(query, { user: 'carol' });
    expect(text).toMatch(/[0-9a-f]{32}/);
    expect((await audited()).slice(before)).toMatchObject([{ by: 'carol', rows, status }]);
  });

  it('is not written down where no patient is named, nor for a service; a command is', async () => {
    const before = (await audited()).length;
    await ask('SELECT 1');
    await ask('SELECT patient_id FROM vigie.accounting');
    const keys = { 'x-clickhouse-key': server.password };
    await ask('SELECT patient_id FROM vigie.dossier_patients LIMIT 7', { user: server.user, headers: keys });
    await ask('SELECT patient_id FROM vigie.dossier_patients LIMIT 8', {
      user: server.user,
      headers: { ...keys, [commandHeader]: 'root' },
    });
    expect((await audited()).slice(before)).toMatchObject([{ by: 'root', via: 'cli', rows: 8 }]);
  });

  it('is an access to Vigie itself, without a patient, under the id of its row: a look, or a list that was taken out', async () => {
    const { user, password } = server;
    const command = { user, headers: { 'x-clickhouse-key': password, [commandHeader]: 'bob' } };
    await ask('SELECT patient_id FROM vigie.dossier_patients LIMIT 49', command);
    const { text } = await ask('SELECT patient_id FROM vigie.dossier_patients LIMIT 50', command);
    await ask('SELECT patient_id FROM vigie.dossier_patients', command);
    const rows = (await audited()).filter(({ by }) => by === 'bob').slice(1);
    // A long answer is written down before its first byte, and again when it is over.
    expect(rows.map(({ status, rows: shown }) => [status, shown])).toEqual([
      [200, 50],
      [102, expect.any(Number)],
      [200, 20_000],
    ]);
    const own = (await accesses()).filter(({ actor_id }) => actor_id === 'cli:bob');
    expect(own).toMatchObject([
      { group_id: 'vigie', patient_id: '', action: 'list', record_count: 50, event_id: rows[0]?.audit_id },
      { group_id: 'vigie', patient_id: '', action: 'export', record_count: 20_000, event_id: rows[2]?.audit_id },
    ]);
    expect(JSON.stringify([rows, own])).not.toContain(text.slice(0, 32));
  });

  it('is no access under a name that anybody may give', async () => {
    const before = (await audited()).length;
    await ask('SELECT patient_id FROM vigie.dossier_patients LIMIT 900', { user: 'mallory' });
    expect((await audited()).slice(before)).toMatchObject([{ by: 'mallory', rows: 900 }]);
    expect((await accesses()).filter(({ actor_id }) => actor_id.includes('mallory'))).toEqual([]);
    const credentials = { servicesUser: 'services', servicesPassword: 'x' };
    const message = {
      headers: { 'x-clickhouse-user': 'alice', 'x-clickhouse-key': 'hers' },
      socket: {},
    } as unknown as IncomingMessage;
    const provenAs = (people: People) =>
      identityOf(message, new URL('http://localhost'), { ...credentials, people }).asker?.isProven;
    expect(provenAs({ kind: 'everybody', password: 'hers' })).toBe(false);
    expect(provenAs({ kind: 'named', digests: new Map([['alice', createHash('sha256').update('hers').digest()]]) })).toBe(true);
  });

  it('has a row of what was refused, in the chain of all', async () => {
    await ask('DROP TABLE vigie.dossier_patients', { user: 'eve' });
    await ask('SELECT 1', { user: server.user, headers: { 'x-clickhouse-key': 'guessed' } });
    const rows = await audited();
    expect(rows.slice(-2)).toMatchObject([
      { by: 'eve', status: 403 },
      { by: '', status: 401 },
    ]);
    const check = new ChainCheck(rows[0]?.chain_id ?? '');
    for (const row of rows) check.take(row);
    expect(check.findings).toMatchObject({ holds: rows.length, bad: undefined });
  });
});
