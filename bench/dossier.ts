/**
 * A list of 758,912 patients: frozen on the embedded ClickHouse, and joined with a hospital's index of two million rows. Goals: each below
 * 60 s, with less than 200 MiB and 300 MiB of growth of the process that does it.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { joinIndex } from '../cli/resolve/patient-index.js';
import { readList, writeUnmatched } from '../cli/resolve/patient-list.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { freeze } from '#libs/access-store/dossiers/freeze.js';
import { LedgerReader } from '#libs/access-store/dossiers/ledger-reader.js';
import { SnapshotStore } from '#libs/access-store/dossiers/snapshot-store.js';
import { PatientsCsv } from '#libs/dossier/patients-csv.js';
import { Resolver } from '#libs/dossier/resolution.js';
import type { GroupKeys } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { fillOneCase, someKeys } from './rows/one-case.js';
import { report } from './yardstick/report.js';

/** `VIGIE_BENCH_SHARE=0.1` for a look at it. */
const share = Number(process.env['VIGIE_BENCH_SHARE'] ?? 1);
const patients = Math.round(758_912 * share);
const indexRows = Math.round(2_000_000 * share);
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-dossier-'));
const server = await spawnClickHouse(systemClock, { portBase: 19_250, directory: folder });
const client = createStoreClient({ url: server.url, user: server.user, password: server.password });
try {
  const keys = someKeys();
  await fillOneCase(client, keys, patients);
  const [of] = await new LedgerReader(client).cases('0'.repeat(32), 1);
  if (!of) throw new Error('the case is not there');
  const plain = await measured(() =>
    client
      .query({
        query: `SELECT count(), max(accesses) FROM vigie.case_ledger_of(case_id = '${of.case_id}')`,
        format: 'JSONEachRow',
      })
      .then((answer) => answer.json()),
  );
  const frozen = await measured(() =>
    freeze(client, systemClock, { of, controllerId: 'one', kind: 'initial', by: 'bench', vigie: '0', rules: [] }),
  );
  if (frozen.value.patients !== patients) throw new Error(`${frozen.value.patients} patients were frozen`);
  tell(`freeze ${patients} patients`, frozen, plain, 'counting the ledger once', { seconds: 60, mib: 200 });
  const list = join(folder, 'patients.csv');
  const store = new SnapshotStore(client);
  await pipeline(Readable.from(store.bytes(frozen.value.snapshot_id)), new PatientsCsv(), createWriteStream(list));
  await resolve(keys, list, frozen.value.list_sha256);
} finally {
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

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
  tell(`resolve over an index of ${indexRows} rows`, joined, parsing, 'parsing the index alone', { seconds: 60, mib: 300 });
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

function tell(
  what: string,
  one: Measured<unknown>,
  plain: Measured<unknown>,
  named: string,
  goal: { readonly seconds: number; readonly mib: number },
): void {
  report.figure(what, one.seconds, 's', { atMost: goal.seconds });
  report.figure(`${what}, growth`, one.growthMiB, 'MiB', { atMost: goal.mib });
  report.ratio(what, one.seconds / plain.seconds, `the time of ${named}`);
}

function* indexLines(): Generator<string> {
  yield 'id,name,born,address\n';
  for (let n = 0; n < indexRows; n += 1)
    yield `${8_000_000 + n},"Invented, Name ${n}",1960-01-01,${n} rue de l'Exemple 75012 Paris\n`;
}
