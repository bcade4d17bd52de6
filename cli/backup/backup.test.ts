import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { assert, asyncProperty, boolean, constantFrom, nat, property, record } from 'fast-check';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { spawnMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { registerSelections } from '#libs/access-store/views/selections.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { topics } from '#libs/contracts/topics.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { openEmbeddedLog } from '#libs/event-log/embedded/embedded-log.js';
import type { EventLog } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { spawnClickHouse, type SpawnedClickHouse } from '#services/clickhouse/spawn.js';
import { readCommandConfig } from '../config.js';
import { makeBackup } from './backup.js';
import { type Manifest, readManifest, writeManifest } from './manifest.js';
import { figureDifferences, restoreInto, type Restored } from './restore.js';
import { refuseHalfRestored } from './restoring.js';
import type { Figure } from './store-figures.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-backup-'));
const data = join(folder, 'data');
const [to, keysTo] = [join(folder, 'copy'), join(folder, 'keys')];
const at = { topic: topics.accesses, partition: 3 };
const frames = ['one\n', 'two\n', 'three\n'];
const patients = 40;
let server: SpawnedClickHouse;
let client: ClickHouseClient;
let log: EventLog;
let manifest: Manifest;
const configOf = (portBase: number, dataDir = data) =>
  readCommandConfig({ VIGIE_DATA_DIR: dataDir, VIGIE_PORT_BASE: String(portBase) });

beforeAll(async () => {
  const portBase = await freePortBase();
  ({ server, client } = await spawnMigrated({ directory: data, portBase }));
  log = await openEmbeddedLog({ directory: join(data, 'log'), topics: { [topics.accesses]: 4, [topics.incidents]: 4 } });
  for (const text of frames) await log.append(at, Buffer.from(text));
  mkdirSync(join(data, 'state', 'scorer'), { recursive: true });
  writeFileSync(join(data, 'state', 'scorer', 'a.snapshot'), 'windows');
  await fill();
  manifest = await makeBackup(configOf(portBase), { to, keysTo }, systemClock);
});
afterAll(async () => {
  await log.close();
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** Accesses of two months, a list, an incident with a patient's list, what was sealed (bytes that are no text), and a frozen dossier. */
async function fill(): Promise<void> {
  const rows = Array.from({ length: patients }, (_, index) =>
    anAccessRow({
      patient_id: aPatient(`p${index}`),
      event_id: index.toString(16).padStart(32, '0'),
      actor_id: 'a',
      time: `2026-${index % 2 ? '10' : '11'}-02T08:00:00.000Z`,
    }),
  );
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await new ClickHouseStore(client, systemClock).insert('accesses', bytes, rows.length, 'backup');
  await new ClickHouseLists(client).put([
    { list_name: 'service_accounts', group_id: '', value: 'batch', valid_from: null, valid_until: null, owner: 'it', reason: '' },
  ]);
  const run = (query: string) => client.command({ query });
  await run("INSERT INTO vigie.selections (selection_id, expression, registered_at) SELECT '5', 'notEmpty(action)', now64(3)");
  await run(
    "INSERT INTO vigie.incident_states (incident_id, group_id, actor_id, state, first_time, last_time, detected_at, patients, selections, rule_selections, change_id, changed_at, version) SELECT 'i', group_id, actor_id, 'open', min(time), max(time), max(time), 40, ['5'], ['5'], 'c', now64(3), 1 FROM vigie.accesses GROUP BY group_id, actor_id",
  );
  await registerSelections(client, [], '2026-11-29T08:00:00.000Z');
  await run(
    "INSERT INTO vigie.quarantine_rows (quarantine_id, group_id, source, sealed) VALUES ('q', 'helix', 's', unhex('00ff80fe0a27'))",
  );
  await run("INSERT INTO vigie.dossier_snapshots (snapshot_id, case_id, per_tier) VALUES ('s', 'i', map('certain', 40))");
  await run(
    "INSERT INTO vigie.dossier_patients (snapshot_id, group_id, patient_id, categories) SELECT 's', group_id, patient_id, ['note'] FROM vigie.accesses",
  );
}

describe('a backup of the embedded default, made while it runs', () => {
  let restored: Restored;
  const place = join(folder, 'place');
  beforeAll(async () => {
    // What comes after it is no part of it.
    await log.append(at, Buffer.from('four\n'));
    await client.command({ query: "INSERT INTO vigie.lists (list_name, value) VALUES ('service_accounts', 'later')" });
    restored = await restoreInto(place, {
      source: { from: to, keysFrom: keysTo },
      portBase: await freePortBase(),
      clock: systemClock,
    });
  });

  it('restores into an empty place with the same counts, incidents, lists and log', () => {
    expect(restored.differences).toEqual([]);
    const rows = Object.entries(restored.figures).map(([name, figure]) => [name, figure.rows]);
    expect(rows).toEqual(
      expect.arrayContaining([
        ['access_rows', patients],
        ['incidents', 1],
        ['lists', 1],
        ['quarantine_rows', 1],
        ['dossier_patients', patients],
        ['dossier_snapshots', 1],
      ]),
    );
    expect(restored.figures).toEqual(manifest.before);
    expect(manifest.log[`${topics.accesses}/3`]).toEqual({ start: 0, end: 3, frames: 3 });
  });

  it('has the lists of patients of its incidents', () => {
    expect(restored.figures['incident_patients']?.rows).toBe(patients);
  });

  it('goes on where the log was, frame by frame, and keeps snapshots and keys', async () => {
    const again = await openEmbeddedLog({
      directory: join(place, 'log'),
      topics: { [topics.accesses]: 4, [topics.incidents]: 4 },
    });
    const read: string[] = [];
    const done = Promise.withResolvers<void>();
    const member = await again.join(
      { group: 'g', topics: [topics.accesses], batchBytesMax: 1000 },
      {
        assigned: async () => 'earliest',
        frames: async (_, given) => {
          read.push(...given.map(({ bytes }) => bytes.toString()));
          if (read.length >= frames.length) done.resolve();
        },
        poison: async (_at, _frame, cause) => done.reject(cause),
        revoked: async () => {},
      },
    );
    await done.promise;
    expect(await again.append(at, Buffer.from('next\n'))).toBe(3);
    await member.leave();
    await again.close();
    expect(read.slice(0, 3)).toEqual(frames);
    expect(readFileSync(join(place, 'state', 'scorer', 'a.snapshot'), 'utf8')).toBe('windows');
    expect(readFileSync(join(place, 'keys', 'clickhouse-services.key'))).toEqual(
      readFileSync(join(data, 'keys', 'clickhouse-services.key')),
    );
    expect(existsSync(join(to, 'keys'))).toBe(false);
  });

  it('is refused where it would be written over something, or beside its keys', async () => {
    const config = configOf(1);
    await expect(makeBackup(config, { to, keysTo: join(folder, 'k2') }, systemClock)).rejects.toThrow(/not empty/);
    await expect(makeBackup(config, { to: join(folder, 'x'), keysTo: join(folder, 'x', 'keys') }, systemClock)).rejects.toThrow(
      /lies in --to/,
    );
    await expect(restoreInto(data, { source: { from: to, keysFrom: keysTo }, portBase: 1, clock: systemClock })).rejects.toThrow(
      /not empty/,
    );
  });

  it('is not restored through the store that runs already, which would have every row twice', async () => {
    const [beside, table] = [join(folder, 'beside'), 'SELECT count() AS n FROM vigie.access_rows'];
    const rows = async () => (await client.query({ query: table, format: 'JSONEachRow' })).json();
    const before = await rows();
    const portBase = Number(new URL(server.url).port) - portOffsets.clickhouse;
    await expect(restoreInto(beside, { source: { from: to, keysFrom: keysTo }, portBase, clock: systemClock })).rejects.toThrow(
      /port \d+ of 127.0.0.1 is taken, as where Vigie runs/,
    );
    expect(existsSync(beside)).toBe(false);
    expect(await rows()).toEqual(before);
    // Nor does a store that was to be started there answer for the other.
    await expect(spawnClickHouse(systemClock, { portBase, directory: beside })).rejects.toThrow(/did not start at .*EADDRINUSE/);
  });

  it('is refused with any file changed, cut or missing, keys too', async () => {
    const names = Object.keys(manifest.files);
    expect(names.filter((name) => /^(log|store|state|keys)\//.test(name)).length).toBeGreaterThan(8);
    await assert(
      asyncProperty(constantFrom(...names), boolean(), async (name, whole) => {
        const path = name.startsWith('keys/') ? join(keysTo, name.slice(5)) : join(to, name);
        const before = readFileSync(path);
        if (whole) rmSync(path);
        else appendFileSync(path, 'x');
        const tried = restoreInto(join(folder, 'never'), {
          source: { from: to, keysFrom: keysTo },
          portBase: 1,
          clock: systemClock,
        });
        await expect(tried).rejects.toThrow(whole ? `${name} of the backup in ${to} is missing` : 'was changed');
        writeFileSync(path, before);
      }),
      { numRuns: 12 },
    );
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  it('is refused with words where what describes it was cut at any byte, or its keys are not there', async () => {
    const copy = join(folder, 'cut manifest');
    mkdirSync(copy);
    const text = readFileSync(join(to, 'manifest.json'), 'utf8');
    await assert(
      asyncProperty(nat(text.length - 3), async (bytes) => {
        writeFileSync(join(copy, 'manifest.json'), text.slice(0, bytes));
        await expect(readManifest(copy, keysTo)).rejects.toThrow(
          /manifest.json was cut short or changed: .* take another backup/,
        );
      }),
      { numRuns: 50 },
    );
    await expect(readManifest(to, join(folder, 'no keys'))).rejects.toThrow(
      /no keys is not there: --keys-from names the folder of keys/,
    );
  });

  it('of which a restore was broken off leaves a folder that is neither started nor restored into, and a whole one does not', async () => {
    const [copy, half] = [join(folder, 'damaged'), join(folder, 'half')];
    cpSync(to, copy, { recursive: true });
    const name = Object.keys(manifest.files).find((one) => one.startsWith('store/access_rows.')) ?? '';
    writeFileSync(join(copy, name), 'no rows');
    writeManifest(copy, {
      ...manifest,
      files: { ...manifest.files, [name]: createHash('sha256').update('no rows').digest('hex') },
    });
    const restore = async () =>
      restoreInto(half, { source: { from: copy, keysFrom: keysTo }, portBase: await freePortBase(), clock: systemClock });
    await expect(restore()).rejects.toThrow();
    expect(existsSync(join(half, 'log', 'frames', 'data.mdb'))).toBe(true);
    const said = `a restore into ${half} was broken off`;
    expect(() => refuseHalfRestored(half)).toThrow(said);
    await expect(restore()).rejects.toThrow(said);
    expect(() => refuseHalfRestored(place)).not.toThrow();
  });
});

const one = (value: Figure) => ({ access_rows: value });

describe('what is compared', () => {
  const counts = record({ rows: nat(50), digest: constantFrom('1', '2', '3') });

  it('is equal where nothing came meanwhile, and between before and after where something did', () => {
    assert(
      property(counts, counts, counts, (before, after, found) => {
        const differs = figureDifferences({ before: one(before), after: one(after) }, one(found)).length > 0;
        const within = found.rows >= Math.min(before.rows, after.rows) && found.rows <= Math.max(before.rows, after.rows);
        expect(differs).toBe(
          before.digest === after.digest ? found.digest !== before.digest || found.rows !== before.rows : !within,
        );
      }),
    );
  });

  it('is missed where a table is not there at all', () => {
    const empty = { rows: 0, digest: '0' };
    expect(figureDifferences({ before: one(empty), after: one(empty) }, {})).toHaveLength(1);
  });
});
