/**
 * A list of 758,912 patients: frozen on the embedded ClickHouse, and joined with a hospital's index of two million rows. Goals: each below
 * 60 s, with less than 200 MiB and 300 MiB of growth of the process that does it.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { joinIndex } from '../cli/resolve/patient-index.js';
import { readList, writeUnmatched } from '../cli/resolve/patient-list.js';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate } from '#libs/access-store/clickhouse/migrate.js';
import { freeze } from '#libs/access-store/dossiers/freeze.js';
import { LedgerReader } from '#libs/access-store/dossiers/ledger-reader.js';
import { SnapshotStore } from '#libs/access-store/dossiers/snapshot-store.js';
import { PatientsCsv } from '#libs/dossier/patients-csv.js';
import { Resolver } from '#libs/dossier/resolution.js';
import { type GroupKeys, parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';

/** `VIGIE_BENCH_SHARE=0.1` for a look at it. */
const share = Number(process.env['VIGIE_BENCH_SHARE'] ?? 1);
const patients = Math.round(758_912 * share);
const indexRows = Math.round(2_000_000 * share);
const perInsert = 100_000;
const selection = 'a'.repeat(32);
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-dossier-'));
const server = await spawnClickHouse(systemClock, { portBase: 19_250, directory: folder });
const client = createStoreClient({ url: server.url, user: server.user, password: server.password });
try {
  console.log(`machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  const keys = someKeys();
  await fill(keys);
  const [of] = await new LedgerReader(client).cases('0'.repeat(32), 1);
  if (!of) throw new Error('the case is not there');
  const plain = await measured(() =>
    client.query({ query: `SELECT count(), max(accesses) FROM vigie.case_ledger_of(case_id = '${of.case_id}')`, format: 'JSONEachRow' }).then((answer) => answer.json()),
  );
  const frozen = await measured(() => freeze(client, systemClock, { of, controllerId: 'one', kind: 'initial', by: 'bench', vigie: '0', rules: [] }));
  if (frozen.value.patients !== patients) throw new Error(`${frozen.value.patients} patients were frozen`);
  tell(`freeze ${patients} patients`, frozen, plain, 'counting the ledger once', '60 s, 200 MiB');
  const list = join(folder, 'patients.csv');
  const store = new SnapshotStore(client);
  await pipeline(Readable.from(store.bytes(frozen.value.snapshot_id)), new PatientsCsv(), createWriteStream(list));
  await resolve(keys, list, frozen.value.list_sha256);
} finally {
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
} // prettier-ignore

async function resolve(keys: GroupKeys, list: string, sha256: string): Promise<void> {
  const index = join(folder, 'index.csv');
  await pipeline(Readable.from(indexLines()), createWriteStream(index));
  const parsing = await measured(async () => {
    let rows = 0;
    const count = new Writable({ objectMode: true, write: (_cells, _encoding, done) => ((rows += 1), done()) });
    await pipeline(createReadStream(index), parse(), count);
    return rows;
  });
  const joined = await measured(async () => {
    const resolver = new Resolver(keys);
    const read = await readList(list, (pseudonym, keyIds) => resolver.take(pseudonym, keyIds));
    if (read.sha256 !== sha256) throw new Error('the list is not the one that was frozen');
    await joinIndex(createReadStream(index), join(folder, 'persons.csv'), resolver, { at: read.lastTime });
    await writeUnmatched(list, join(folder, 'unmatched.csv'), resolver);
    return resolver.numbers;
  });
  if (joined.value.matched !== patients) throw new Error(`${joined.value.matched} pseudonyms were found`);
  tell(`resolve over an index of ${indexRows} rows`, joined, parsing, 'parsing the index alone', '60 s, 300 MiB');
}

interface Measured<T> {
  readonly value: T;
  readonly seconds: number;
  readonly growthMiB: number;
}

/** The most memory that the process had more than before, looked at every 20 ms. */
async function measured<T>(run: () => Promise<T>): Promise<Measured<T>> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const stop = systemClock.every(20, () => (most = Math.max(most, process.memoryUsage.rss())));
  const begun = performance.now();
  const value = await run();
  stop();
  return { value, seconds: (performance.now() - begun) / 1000, growthMiB: (most - before) / 2 ** 20 };
}

function tell(what: string, one: Measured<unknown>, plain: Measured<unknown>, named: string, goal: string): void {
  console.log(
    `${what}: ${one.seconds.toFixed(1)} s, ${one.growthMiB.toFixed(0)} MiB of growth (goal: ${goal}); ` +
      `ratio: ${(one.seconds / plain.seconds).toFixed(1)} times ${named} (${plain.seconds.toFixed(1)} s)`,
  );
}

/** One account that read every patient once, in five clinics of one controller. */
async function fill(keys: GroupKeys): Promise<void> {
  await migrate(client);
  const store = new ClickHouseStore(client, systemClock);
  for (let from = 0; from < patients; from += perInsert) {
    const count = Math.min(perInsert, patients - from);
    const bytes = Buffer.from(Array.from({ length: count }, (_, n) => `${JSON.stringify(access(keys, from + n))}\n`).join(''));
    await store.insert('accesses', bytes, count, `bench-${from}`);
  }
  await store.registerSelections([{ id: selection, sql: "action = 'read'" }]);
  const clinics = Array.from({ length: 5 }, (_, n) => ({ group_id: 'helix', clinic_id: `75030012${n}`, controller_id: 'one' }));
  await client.insert({ table: 'vigie.clinics', values: clinics, format: 'JSONEachRow' });
  const id = '0'.repeat(32);
  const incident = {
    incident_id: id, group_id: 'helix', actor_id: 'dr.martin', state: 'open', first_time: at(0), last_time: at(patients), detected_at: at(60), patients, patients_at_firing: 40,
    patients_at_detection: 40, clinics: [], categories: [], rules: ['r'], rule_matches: [], rule_selections: [], selections: [selection], level: 'high', step: 0, found: 'live',
    late_seconds: 0, detection_delay_seconds: 1, merged_into: '', suppressed_by: [], change_type: 'incident.opened', change_id: id, changed_at: at(60), version: 1, received_at: at(60),
  }; // prettier-ignore
  await store.insert('incident_changes', Buffer.from(`${JSON.stringify(incident)}\n`), 1, 'bench-incident');
}

function access(keys: GroupKeys, n: number): object {
  const patient_id = keys.at(0).active.once('group:helix', String(8_000_000 + n));
  return {
    time: at(n), group_id: 'helix', actor_id: 'dr.martin', patient_id, clinic_id: `75030012${n % 5}`, action: 'read', outcome: 'success',
    event_id: createHash('sha256').update(`event ${n}`).digest('hex').slice(0, 32), source: 'platform', received_at: at(n), categories: ['identity', 'prescription'], key_id: keys.at(0).active.keyId,
  }; // prettier-ignore
}

function* indexLines(): Generator<string> {
  yield 'id,name,born,address\n';
  for (let n = 0; n < indexRows; n += 1)
    yield `${8_000_000 + n},"Invented, Name ${n}",1960-01-01,${n} rue de l'Exemple 75012 Paris\n`;
}

function someKeys(): GroupKeys {
  const parsed = parseKeyRing(`helix:k1=${createHash('sha256').update('bench').digest('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
  if (!keys) throw new Error('the bench has no key');
  return keys;
}

/** Tenths of a second after eight in the morning. */
function at(n: number): string {
  return new Date(Date.UTC(2024, 10, 19, 8) + n * 100).toISOString();
}
