import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type SpawnedClickHouse, spawnClickHouse } from '#services/clickhouse/spawn.js';
import { migrationOf } from './migrate.js';

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

describe('users, roles and policies of a real server', () => {
  it('are a fair number of statements', () => {
    expect(bare.length).toBeGreaterThan(25);
  });

  it.each(bare)('%s', async (statement) => {
    const answer = await fetch(server.url, { method: 'POST', body: `EXPLAIN AST ${statement}` });
    expect([answer.status, (await answer.text()).slice(0, 300)]).toEqual([200, expect.stringMatching(/\S/)]);
  });
});
