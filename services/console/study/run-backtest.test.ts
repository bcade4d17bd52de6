import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { storeForTests } from '#libs/access-store/clickhouse/store.fixture.js';
import { loadRules } from '#libs/detection/rules/load/load-rules.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { copyOf } from './rule-copy.js';
import { backtestProcess } from './run-backtest.js';

const rulesText = `title: Looks
id: 11111111-1111-4111-8111-111111111111
name: looks
logsource: { product: ehr }
detection: { some: { action: read }, condition: some }
---
# What it is for stays as it is written.
title: Many patients
id: 22222222-2222-4222-8222-222222222222
name: many
level: high
correlation:
  type: value_count
  rules: [looks]
  group-by: [group_id, actor_id]
  timespan: 10m
  condition: { field: patient_id, gte: 5 } # five
`;
const begin = Date.UTC(2026, 0, 5, 9);
const period = { from: '2026-01-05T00:00:00.000Z', to: '2026-01-06T00:00:00.000Z' };
const { client, address, end } = await storeForTests();

/** What a process finds the store by. */
const env = {
  PATH: process.env['PATH'],
  CLICKHOUSE_URL: address.url,
  CLICKHOUSE_USER: address.user,
  CLICKHOUSE_PASSWORD: address.password,
};

describe('a backtest in a process of its own', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-run-backtest-'));
    file = join(folder, 'rules.yml');
    await writeFile(file, rulesText);
    // One account reads five patients, another one eight.
    const rows = [
      ['few', 5],
      ['more', 8],
    ].flatMap(([actor, count]) =>
      Array.from({ length: Number(count) }, (_, n) =>
        anAccessRow({
          time: isoOf(begin + n * 1_000),
          actor_id: String(actor),
          action: 'read',
          patient_id: aPatient(`${actor} ${n}`),
          event_id: anEventId(`${actor} ${n}`),
        }),
      ),
    );
    await new ClickHouseStore(client, systemClock).insert(
      'accesses',
      Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
      rows.length,
      'rows',
    );
  });
  afterAll(async () => {
    await end();
    await rm(folder, { recursive: true, force: true });
  });

  it('says what the changed copy no longer tells, beside the rules in use, which it leaves as they are', async () => {
    expect(existsSync(compiledModule('cli/vigie'))).toBe(true);
    const files = [{ path: file, text: rulesText }];
    const rule = loadRules(files).rules.find(({ id }) => id.startsWith('2222'));
    if (!rule) throw new Error('the rule was not loaded');
    const copy = copyOf(files, rule, { threshold: 6 });
    if (typeof copy === 'string') throw new Error(copy);
    expect(copy.yaml).toContain('condition: { field: patient_id, gte: 6 } # five');
    const report = await backtestProcess(folder, env)({ ...period, files: copy.files }, new AbortController().signal);
    expect(report).toMatchObject({ summary: { rows: 13, gone: 1, same: 1, new: 0, later: 1 } });
    expect(report.incidents.map(({ kind, actor_id }) => [kind, actor_id])).toEqual(
      expect.arrayContaining([
        ['gone', 'few'],
        ['same', 'more'],
      ]),
    );
    expect(await readFile(file, 'utf8')).toBe(rulesText);
  });

  it('fails with what the process said, and ends when the console stops', async () => {
    const run = backtestProcess(folder, { ...env, CLICKHOUSE_URL: 'http://127.0.0.1:9' });
    await expect(run({ ...period, files: [{ path: file, text: rulesText }] }, new AbortController().signal)).rejects.toThrow(
      /127\.0\.0\.1:9|ClickHouse|store/,
    );
    const stopped = new AbortController();
    const running = backtestProcess(folder, env)({ ...period, files: [{ path: file, text: rulesText }] }, stopped.signal);
    stopped.abort(new Error('the console stops'));
    await expect(running).rejects.toThrow();
  });
});
