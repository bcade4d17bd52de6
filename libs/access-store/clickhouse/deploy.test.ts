import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type SpawnedClickHouse, spawnClickHouse } from '#services/clickhouse/spawn.js';
import { createStoreClient } from './client.js';
import { migrate, migrationOf } from '../tables/migrate.js';

const { statements } = migrationOf(
  '0000_access.sql',
  readFileSync(join(projectRoot, 'deploy', 'clickhouse', 'access.sql'), 'utf8'),
);
const bare = statements.map((statement) => statement.replaceAll(/^--.*\n/gm, '').trim());

const folder = mkdtempSync(join(tmpdir(), 'vigie-deploy-'));
let server: SpawnedClickHouse;
beforeAll(async () => {
  server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: folder });
});
afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** `name` of the policies of a table. */
function policiesOf(table: string): readonly (readonly [string, string, string])[] {
  return bare.flatMap((statement) => {
    const [, name, of, using, to] =
      /^CREATE ROW POLICY IF NOT EXISTS (\w+) ON vigie\.(\w+) USING (.+) TO (.+)$/s.exec(statement) ?? [];
    return name && using && to && of === table ? [[name, using, to] as const] : [];
  });
}

/** Tables of the migrations: whether rows of theirs belong to a group, by a column or by what they quote. */
async function tables(): Promise<ReadonlyMap<string, boolean>> {
  const client = createStoreClient({ url: server.url, user: server.user, password: server.password });
  await migrate(client);
  const rows = await client.query({
    query:
      "SELECT table AS name, max(columns.name = 'group_id') AS grouped FROM system.columns WHERE database = 'vigie' AND table IN (SELECT name FROM system.tables WHERE database = 'vigie' AND engine LIKE '%MergeTree') GROUP BY table",
    format: 'JSONEachRow',
  });
  const found = await rows.json<{ name: string; grouped: number }>();
  await client.close();
  return new Map(found.map(({ name, grouped }) => [name, Boolean(grouped)]));
}

/** Who of a group reads a table: frozen lists of patients are its data-protection officer's alone. */
function ownersOf(table: string): string {
  return table === 'dossier_patients' ? 'vigie_dpo_helix' : 'vigie_group_helix';
}

describe('the policies of groups', () => {
  it('fail closed on every table of the migrations, but for ledgers that name nobody', async () => {
    const known = await tables();
    expect(known.size).toBeGreaterThan(6);
    const withoutPeople = ['archive_batches', 'leakchecks', 'schema_migrations', 'migrations'];
    for (const [table] of [...known].filter(([name]) => !withoutPeople.includes(name))) {
      const policies = policiesOf(table);
      expect([table, policies.filter(([, using, to]) => using === '0' && to.startsWith('ALL EXCEPT CURRENT_USER'))]).toEqual([
        table,
        [expect.anything()],
      ]);
      // Nothing but a group's own rows is for a role of a group, and everything for roles of services alone.
      for (const [name, using, to] of policies) {
        if (name === 'vigie_nobody') continue;
        if (using === '1')
          expect([table, to]).toEqual([
            table,
            expect.not.stringMatching(/ALL(?!_)|\bvigie_analyst|vigie_group_|vigie_dpo_(?!all)/),
          ]);
        else expect([table, using, to]).toEqual([table, expect.stringContaining("'helix'"), ownersOf(table)]);
      }
      const grouped = known.get(table) === true || table === 'notification_attempts';
      expect([table, policies.some(([name]) => name === 'vigie_group_helix')]).toEqual([table, grouped]);
    }
  });

  it('give the frozen lists to data-protection officers and owners only', () => {
    const readers = policiesOf('dossier_patients').map(([, , to]) => to);
    // Whoever searches for identifiers that were invented reads everything.
    expect(readers.toSorted()).toEqual([
      'ALL EXCEPT CURRENT_USER',
      'vigie_dpo_helix',
      'vigie_leakcheck',
      'vigie_owner, vigie_dpo_all_groups',
    ]);
  });

  it('leave no role without which a person would see all', () => {
    expect(bare.filter((statement) => statement.startsWith('CREATE ROW POLICY') && statement.endsWith('TO ALL'))).toEqual([]);
    expect(bare.filter((statement) => statement.includes('RESTRICTIVE'))).toEqual([]);
  });
});

describe('users, roles and policies of a real server', () => {
  it('are a fair number of statements', () => {
    expect(bare.length).toBeGreaterThan(25);
  });

  it.each(bare)('%s', async (statement) => {
    const answer = await fetch(server.url, { method: 'POST', body: `EXPLAIN AST ${statement}` });
    expect([answer.status, (await answer.text()).slice(0, 300)]).toEqual([200, expect.stringMatching(/\S/)]);
  });
});
