import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { movedSentence } from '#libs/dossier/difference.js';
import { canonicalJson } from '#libs/dossier/manifest.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { aChange } from '#libs/testkit/case-records.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { DossierShelf } from './dossier-shelf.js';
import { freeze } from './freeze.js';
import { LedgerReader } from './ledger-reader.js';
import { SnapshotStore } from './snapshot-store.js';
import { verify } from './verification.js';

const { client, end } = await storeForTests();
const store = new ClickHouseStore(client, systemClock);
const snapshots = new SnapshotStore(client);
const selection = 'a'.repeat(32);

beforeAll(async () => store.registerSelections([{ id: selection, sql: "action = 'read'" }]));
afterAll(end);

describe('a snapshot', () => {
  it('has the bytes of its list, and a manifest in order that says what it is of', async () => {
    const id = await aCase('bytes', 5);
    const frozen = await freezeCase(id);
    const lines = Array.from(
      { length: 5 },
      (_, n) => `c1\t${patient('bytes', n)}\tdisplayed\tidentity,lab\t${at(n)}\t${at(n)}\t1\n`,
    );
    expect(frozen.list_sha256).toBe(sha256(lines.toSorted().join('')));
    expect(frozen).toMatchObject({ number: 1, kind: 'initial', patients: 5, exposed: 5, previous_sha256: '', scope_version: 0 });
    const manifest: Record<string, unknown> = JSON.parse(frozen.manifest);
    expect(canonicalJson(manifest)).toBe(frozen.manifest);
    expect(sha256(frozen.manifest)).toBe(frozen.manifest_sha256);
    expect(manifest).toMatchObject({
      case_id: id,
      controller_id: 'c1',
      scope: { version: 0 },
      settled: 'settled',
      selections: [{ selection_id: selection, sql: "action = 'read'" }],
      incidents: [{ incident_id: id, version: 1, patients: 5, listed: 5 }],
      list: { lines: 5 },
      stored_through: [],
    });
    expect(await snapshots.snapshots(frozen.snapshot_id.slice(0, 8))).toEqual([frozen]);
  });

  it('is one for each wish, however often and however many at once it is asked for', async () => {
    const id = await aCase('wish', 3);
    const shelf = new DossierShelf(client);
    const wish = (idBegin: string, controllerId = 'c1') =>
      shelf.freeze(systemClock, { caseId: id, controllerId, kind: undefined, idBegin, by: 'dpo', vigie: '0.1.0', rules: [] });
    const [one, again, other] = await Promise.all([wish('0123456789abcdef'), wish('0123456789abcdef'), wish('fedcba9876543210')]);
    expect(one).toMatchObject({
      kind: 'initial',
      number: 1,
      patients: 3,
      snapshot_id: expect.stringMatching(/^0123456789abcdef/),
    });
    expect([again, await wish('0123456789abcdef')]).toEqual([one, one]);
    expect(other).toMatchObject({ kind: 'complementary', number: 2, patients: 3, previous_sha256: one?.manifest_sha256 });
    for (const snapshot of [one, other]) expect(snapshot && (await verify(client, snapshot)).mistakes).toEqual([]);
    const nowhere = {
      caseId: 'f'.repeat(32),
      controllerId: 'c1',
      kind: undefined,
      idBegin: '0000',
      by: 'dpo',
      vigie: '0.1.0',
      rules: [],
    };
    expect(await shelf.freeze(systemClock, nowhere)).toBeUndefined();
  });

  it('is whole when nothing was touched, and says exactly what came late', async () => {
    const id = await aCase('late', 6);
    const frozen = await freezeCase(id);
    const untouched = await verify(client, frozen);
    expect(untouched).toMatchObject({ mistakes: [], moved: [], late: [] });
    expect(movedSentence(untouched.moved, untouched.late)).toBe('the ledger has not moved since');
    const late = { received_at: '2299-01-01T00:00:00.000Z', actor_id: actorOf('late') };
    await insert('accesses', [
      ...[1, 2, 3].map((n) => access(`late feed ${n}`, { ...late, time: at(n), clinic_id: 'c1' })),
      access('known already', { ...late, time: at(2), clinic_id: 'c1', patient_id: patient('late', 0), action: 'export' }),
      access('another controller', { ...late, time: at(2), clinic_id: 'c2' }),
    ]);
    const after = await verify(client, frozen);
    const shelf = new DossierShelf(client);
    expect(await shelf.movement(frozen.snapshot_id)).toEqual({ moved: after.moved, late: after.late });
    expect(await shelf.movement('f'.repeat(32))).toBeUndefined();
    expect(after.mistakes).toEqual([]);
    expect(movedSentence(after.moved, after.late)).toBe(
      '+3 patients, -0, 1 with another tier, 1 with more categories: late feed of c1',
    );
  });

  it('is a link of a chain, of its case and controller', async () => {
    const id = await aCase('chain', 3);
    const first = await freezeCase(id);
    const second = await freezeCase(id, 'complementary');
    expect(second).toMatchObject({ number: 2, previous_sha256: first.manifest_sha256, list_sha256: first.list_sha256 });
    expect(await snapshots.difference(first, second)).toEqual([]);
    expect((await verify(client, second)).mistakes).toEqual([]);
    await client.command({
      query: `ALTER TABLE vigie.dossier_snapshots DELETE WHERE snapshot_id = '${first.snapshot_id}' SETTINGS mutations_sync = 1`,
    });
    expect((await verify(client, second)).mistakes).toEqual([`number 1 is missing before ${second.snapshot_id}`]);
  });

  it('tells in what two of them differ, by clinic', async () => {
    const id = await aCase('two', 4);
    const first = await freezeCase(id);
    await insert('accesses', [access('a fifth', { actor_id: actorOf('two'), time: at(3), clinic_id: 'c1' })]);
    const second = await freezeCase(id, 'final');
    const more = { added: 1, removed: 0, tier_changed: 0, category_added: 0 };
    expect(await snapshots.difference(first, second)).toEqual([
      { level: 'controller', clinic_id: '', ...more },
      { level: 'clinic', clinic_id: 'c1', ...more },
    ]);
    expect(await snapshots.difference(second, first)).toMatchObject([{ added: 0, removed: 1 }, { removed: 1 }]);
  });

  /** One byte or one row of what is stored. All columns go into the same lines, so that of them two are tried in a short run. */
  const spoiled: readonly (readonly [what: string, query: string])[] = [
    ['a patient', 'ALTER TABLE vigie.dossier_patients UPDATE accesses = accesses + 1 WHERE patient_id = {one}'],
    ['a tier', "ALTER TABLE vigie.dossier_patients UPDATE certainty = 'exported' WHERE patient_id = {one}"],
    ['a category', "ALTER TABLE vigie.dossier_patients UPDATE categories = ['identity', 'lac'] WHERE patient_id = {one}"],
    ['a key', "ALTER TABLE vigie.dossier_patients UPDATE key_ids = ['k9'] WHERE patient_id = {one}"],
    ['a controller', "ALTER TABLE vigie.dossier_patients UPDATE controller_id = 'c9' WHERE patient_id = {one}"],
    [
      'a time',
      'ALTER TABLE vigie.dossier_patients UPDATE last_time = last_time + toIntervalMillisecond(1) WHERE patient_id = {one}',
    ],
    ['a row that goes', 'ALTER TABLE vigie.dossier_patients DELETE WHERE patient_id = {one}'],
    [
      'a row that comes',
      'INSERT INTO vigie.dossier_patients SELECT * REPLACE (reverse(patient_id) AS patient_id) FROM (SELECT * FROM vigie.dossier_patients WHERE patient_id = {one})',
    ],
    ['a row twice', 'INSERT INTO vigie.dossier_patients SELECT * FROM vigie.dossier_patients WHERE patient_id = {one}'],
  ];
  it.each(
    isLongRun ? spoiled : spoiled.filter(([what]) => what.startsWith('a row') || ['a patient', 'a category'].includes(what)),
  )('is red when %s is another', async (what, query) => {
    const id = await aCase(what, 3);
    const frozen = await freezeCase(id);
    const statement = query.replace('{one}', `'${patient(what, 1)}'`);
    await client.command({ query: statement.startsWith('ALTER') ? `${statement} SETTINGS mutations_sync = 1` : statement });
    expect((await verify(client, frozen)).mistakes).not.toEqual([]);
  });
});

async function freezeCase(id: string, kind: 'initial' | 'complementary' | 'final' = 'initial') {
  const [of] = await new LedgerReader(client).cases(id, 1);
  if (!of) throw new Error('the case is not there');
  return freeze(client, systemClock, { of, controllerId: 'c1', kind, by: 'dpo', vigie: '0.1.0', rules: [] });
}

/** A case of one incident of its own account, which read so many patients in one clinic, and one more in another. */
async function aCase(name: string, patients: number): Promise<string> {
  const id = hex128Of(`case ${name}`);
  const rows = Array.from({ length: patients }, (_, n) =>
    access(`${name} ${n}`, {
      actor_id: actorOf(name),
      time: at(n),
      patient_id: patient(name, n),
      clinic_id: 'c1',
      categories: ['lab', 'identity'],
    }),
  );
  await insert('accesses', rows);
  const told = { detected_at: at(60), changed_at: at(60), received_at: at(60) };
  await insert('incident_changes', [
    aChange(name, 1, {
      incident_id: id,
      group_id: 'helix',
      actor_id: actorOf(name),
      first_time: at(0),
      last_time: at(60),
      patients,
      selections: [selection],
      ...told,
    }),
  ]);
  return id;
}

function actorOf(name: string): string {
  return `account of ${name}`;
}

function patient(name: string, n: number): string {
  return aPatient(`${name} ${n}`);
}

function access(name: string, given: Partial<AccessRow>): AccessRow {
  return anAccessRow({ event_id: hex128Of(`event ${name}`), patient_id: aPatient(name), key_id: 'k1', ...given });
}

async function insert(table: 'accesses' | 'incident_changes', rows: readonly object[]): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  expect(await store.insert(table, bytes, rows.length, hex128Of(bytes))).toMatchObject({ kind: 'accepted' });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Seconds after eight in the morning. */
function at(seconds: number): string {
  return new Date(Date.UTC(2024, 10, 19, 8, 0, seconds)).toISOString();
}
