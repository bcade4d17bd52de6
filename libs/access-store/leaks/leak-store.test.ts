import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { attributeLeak } from '#libs/attribution/attribute-leak.js';
import type { Leak, LeakQuestion } from '#libs/attribution/leak.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { leakFindingRow, leakRow } from '#libs/contracts/leak-rows.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, anEventId } from '#libs/testkit/builders.js';
import { aChange } from '#libs/testkit/case-records.js';
import { at } from '#libs/testkit/hospital/random.js';
import { leakedHospital, LeakSamples, type Opening } from '#libs/testkit/leaks/leaked-hospital.js';
import { clinicOf, leakedFromMs, MemoryLeakStore, openedAtMs, pseudonymOf } from '#libs/testkit/leaks/memory-leak-store.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { ClickHouseLeakStore } from './clickhouse-leak-store.js';

const hospital = leakedHospital({ seed: 3, staff: 60, population: 9_000, days: 25 });
const samples = new LeakSamples(hospital, 3);
const memory = new MemoryLeakStore(hospital);
const dayMs = 86_400_000;
const question = {
  groupId: 'helix',
  fromMs: leakedFromMs,
  toMs: leakedFromMs + 25 * dayMs,
  title: "found; DROP TABLE vigie.leaks -- '",
  by: 'dpo',
};
/** Accesses to these failed: known, and opened by nobody. */
const failed = samples.neverOpened(50);
const attacker = at(hospital.actors, hospital.attacker.actor);
const reads = 'a'.repeat(32);
const incidentId = 'c'.repeat(32);
let client: ClickHouseClient;
let end: () => Promise<void>;
let store: ClickHouseLeakStore;

beforeAll(async () => {
  ({ client, end } = await storeForTests());
  store = new ClickHouseLeakStore(client);
  const archive = new ClickHouseStore(client, systemClock);
  await archive.registerSelections([{ id: reads, sql: "action = 'export'" }]);
  const [first] = hospital.openings;
  const rows = [
    ...hospital.openings.map((one, index) => accessOf(one, index)),
    // What must not count: failures, other groups, other times, and what names nobody.
    ...failed.map((patient, index) => accessOf({ actor: 0, patient, day: 3 }, -1 - index, { outcome: 'failure' })),
    ...[{ group_id: 'aleo' }, { time: isoOf(question.fromMs - 1) }, { time: isoOf(question.toMs) }].map((wrong, index) =>
      accessOf({ ...(first ?? { actor: 0, day: 0 }), patient: 8_999 }, -100 - index, wrong),
    ),
    ...[70, 95, 100, 130].map((record_count) =>
      anAccessRow({
        time: isoOf(leakedFromMs + dayMs),
        actor_id: 'night.job',
        patient_id: '',
        action: 'export',
        record_count,
        event_id: anEventId(record_count),
      }),
    ),
  ];
  expect(await archive.insert('accesses', lines(rows), rows.length, 'rows')).toMatchObject({ kind: 'accepted' });
  const incident = anIncident();
  await archive.insert('incident_changes', lines([incident]), 1, 'incident');
});
afterAll(() => end());

describe('leaks in ClickHouse', () => {
  it('have the same numbers and holders as a count over the same accesses', async () => {
    const leak = leakOf('1'.repeat(32));
    const patients = [...samples.of(hospital.attacker.patients, 120), ...failed.slice(0, 30)].map(pseudonymOf).toSorted();
    await store.keep(leak, patients);
    await memory.keep(leak, patients);
    const [found, counted] = [await store.accesses(leak), await memory.accesses()];
    expect(found.touched).toEqual(counted.touched.toSorted((a, b) => (a.patient < b.patient ? -1 : 1)));
    expect({ ...found, touched: [], pool: found.pool.map(String).toSorted() }).toEqual({
      ...counted,
      touched: [],
      pool: counted.pool.map(String).toSorted(),
      known: expect.any(Number),
    });
    expect(found.known).toBe(counted.touched.length + 30);
    const actors = [attacker, at(hospital.actors, 5)];
    const moments = await store.moments(leak, actors);
    const same = await memory.moments(leak, actors);
    for (const kind of ['day', 'export'] as const)
      expect(summary(moments.filter((one) => one.kind === kind))).toEqual(summary(same.filter((one) => one.kind === kind)));
    const exported = new Set(
      same.filter(({ kind, actorId }) => kind === 'export' && actorId === attacker).flatMap(({ held }) => held),
    );
    expect(moments.filter(({ kind }) => kind === 'incident')).toEqual([
      expect.objectContaining({ ref: incidentId, actorId: attacker, held: [...exported].toSorted() }),
    ]);
  });

  it('name the account and the times, and are written down as the contract says', async () => {
    const patients = samples.of(hospital.attacker.patients, 100).map(pseudonymOf);
    const found = await attributeLeak(store, { ...question, atMs: systemClock.now(), patients });
    expect(found.findings[0]).toMatchObject({ actorId: attacker, kind: 'period' });
    expect(new Set(found.findings.map(({ kind }) => kind))).toEqual(new Set(['period', 'day', 'incident', 'export']));
    expect(found.exports.map(({ records }) => records)).toEqual([100, 95]);
    expect(found.exportsFound).toBe(2);
    const [leak, ...more] = (await stored('leaks')).map((row) => leakRow.parse(row));
    expect(more).toEqual([]);
    expect(leak).toMatchObject({ leak_id: found.leakId, title: question.title, verdict: 'named', given: 100, asked_by: 'dpo' });
    const rows = (await stored('leak_findings')).map((row) => leakFindingRow.parse(row));
    expect(rows.map(({ rank, actor_id, kind, ref }) => [rank, actor_id, kind, ref])).toEqual(
      found.findings.map(({ rank, actorId, kind, ref }) => [rank, actorId, kind, ref]),
    );
  });

  it('say so where nobody opened any, and where the group has no access at all', async () => {
    const patients = failed.slice(0, 40).map(pseudonymOf);
    for (const groupId of ['helix', 'nobody'])
      expect(await attributeLeak(store, { ...question, groupId, atMs: systemClock.now(), patients })).toMatchObject({
        verdict: 'unopened',
        touched: 0,
        findings: [],
      });
  });

  it('forget the sample by themselves', async () => {
    const atMs = systemClock.now() - 3 * dayMs;
    await store.keep({ ...leakOf('2'.repeat(32)), atMs }, [pseudonymOf(1)]);
    await client.command({ query: 'OPTIMIZE TABLE vigie.leak_samples FINAL' });
    const left = await stored('leak_samples');
    expect(left.length).toBeGreaterThan(0);
    expect(left.filter((row) => (row as { leak_id: string }).leak_id === '2'.repeat(32))).toEqual([]);
  });

  it('take a sample of 50,000', async () => {
    const patients = Array.from({ length: 50_000 }, (_, patient) => pseudonymOf(patient));
    const found = await attributeLeak(store, { ...question, atMs: systemClock.now(), patients });
    expect(found).toMatchObject({ given: 50_000, touched: samples.opened.length, verdict: 'nobody' });
  });
});

function leakOf(leakId: string): Leak {
  const { patients: _, ...leak }: LeakQuestion = { ...question, atMs: systemClock.now(), patients: [] };
  return { ...leak, leakId };
}

/** Of the attacker, over the exports of both of its days. */
function anIncident(): IncidentChange {
  const [from, to] = hospital.attacker.days.map((day) => isoOf(openedAtMs({ actor: 0, patient: 0, day })));
  return aChange('leak', 1, {
    incident_id: incidentId,
    group_id: 'helix',
    actor_id: attacker,
    first_time: from,
    last_time: to,
    detected_at: to,
    clinics: ['990000001'],
    selections: [reads],
    changed_at: to,
    received_at: to,
  });
}

function accessOf(one: Opening, index: number, given: Partial<AccessRow> = {}): AccessRow {
  return anAccessRow({
    time: isoOf(openedAtMs(one)),
    actor_id: at(hospital.actors, one.actor),
    patient_id: pseudonymOf(one.patient),
    clinic_id: clinicOf(one.patient),
    action: one.exported === undefined ? 'read' : 'export',
    event_id: anEventId(one.exported ?? `opening ${index}`),
    ...given,
  });
}

/** Without what the two call an export. */
function summary(moments: readonly { readonly ref: string; readonly kind: string }[]): readonly string[] {
  return moments
    .map((one) => JSON.stringify({ ...one, ref: one.kind === 'day' ? one.ref : '' }, Object.keys(one).toSorted()))
    .toSorted();
}

async function stored(table: string): Promise<readonly unknown[]> {
  const settings = { output_format_json_quote_64bit_integers: 0, date_time_output_format: 'iso' } as const;
  const query = `SELECT * FROM vigie.${table} FINAL ORDER BY ALL`;
  return (await client.query({ query, format: 'JSONEachRow', clickhouse_settings: settings })).json();
}

function lines(rows: readonly object[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
