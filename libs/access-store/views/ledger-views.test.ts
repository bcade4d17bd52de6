import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hex128Of } from '#libs/contracts/hex128.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { isStoredSubject, subjectColumns } from '#libs/contracts/vocabulary.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { type SharedIncident, sharedIncidents } from '../incidents/shared-incidents.js';
import { patientsOfIncidents } from '../together/some-patients.js';
import { patientsTogether } from '../together/patients-together.js';
import { text } from 'node:stream/consumers';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { CasePatients, type PatientLine, type PatientsWanted, wholeLinesMax } from '../patients/case-patients.js';
import { firstPlace, type PatientsPlace } from '../patients/page-parts.js';

const { client, end } = await storeForTests();
const store = new ClickHouseStore(client, systemClock);
const random = generator(20_241_119);

/** Selections as SQL, and what each means. */
const selections: readonly (readonly [id: string, sql: string, takes: (row: AccessRow) => boolean])[] = [
  ['1'.repeat(32), "action = 'read'", ({ action }) => action === 'read'],
  ['2'.repeat(32), "action IN ('search', 'export')", ({ action }) => action === 'search' || action === 'export'],
  ['3'.repeat(32), "outcome = 'failure'", ({ outcome }) => outcome === 'failure'],
  ['4'.repeat(32), "clinic_id IN ('c1', 'c2')", ({ clinic_id }) => clinic_id === 'c1' || clinic_id === 'c2'],
];
const accounts = ['a.one', 'b.two', 'c.three'];
/** To whom incidents belong. */
const subjects: readonly Pick<IncidentChange, 'subject_kind' | 'actor_id'>[] = [
  ...accounts.map((actor_id) => ({ subject_kind: 'account' as const, actor_id })),
  { subject_kind: 'source_ip', actor_id: 'ip1' },
  { subject_kind: 'session_id', actor_id: 's1' },
  { subject_kind: 'id_block', actor_id: '00ff00ff00ff00ff' },
  { subject_kind: 'clinic_id', actor_id: 'c2' },
];
const rows = Array.from({ length: 1_500 }, (_, n) => someAccess(n));
/** By an older pseudonym: a row that says the newer one of the same patient. */
const newest = new Map(rows.flatMap((row) => (row.former_id ? [[row.former_id, row] as const] : [])));
const incidents = Array.from({ length: casesOf(24, 200) }, (_, n) => someIncident(n));

beforeAll(async () => {
  await store.insert('accesses', lines(rows), rows.length, 'ledger');
  await store.registerSelections(selections.map(([id, sql]) => ({ id, sql })));
  await store.insert('incident_changes', lines(incidents), incidents.length, 'ledger');
  const clinic = { group_id: 'helix', clinic_id: 'c3', name: '', controller_id: 'clinic-group' };
  await client.insert({ table: 'vigie.clinics', values: [clinic], format: 'JSONEachRow' });
});
afterAll(end);

/** How many patients a recount has. */
const people = (scopes: readonly Scope[]) => new Set(recount(scopes).map(({ patient_id }) => patient_id)).size;

/** Whose an incident is, its times and what it counts by. */
const named = ({ subject_kind, actor_id, first_time, last_time, selections: ids }: IncidentChange | SharedIncident) => [
  subject_kind,
  actor_id,
  first_time,
  last_time,
  ids,
];

describe('the ledger of an incident', () => {
  it('counts a patient once over a rotation of the key, by the newer pseudonym', () => {
    expect(rows.some((row) => row.former_id !== undefined && rows.some((other) => other.patient_id === row.former_id))).toBe(
      true,
    );
  });

  // Of the others, the ledgers of cases are compared below.
  it.each(incidents.slice(0, casesOf(7, 200)).map((incident) => [incident.incident_id.slice(0, 6), incident] as const))(
    'has for %s whom a recount has, and how strongly',
    async (_, incident) => {
      const recounted = recount([scopeOf(incident)]);
      expect(await listed('incident_ledger_of', `incident_id = '${incident.incident_id}'`)).toEqual(recounted);
      const patients = await one(
        `SELECT uniqExact(patient_id) AS n FROM vigie.incident_patients_of(incident_id = '${incident.incident_id}')`,
      );
      expect(new Set(recounted.map(({ patient_id }) => patient_id)).size).toBe(patients['n']);
    },
  );
});

describe('the accounts of an incident', () => {
  it('are those whose accesses count, each with its patients and with its own incidents within a day', async () => {
    for (const incident of incidents.slice(0, casesOf(7, 10))) {
      const { takes, fits } = scopeOf(incident);
      const counting = rows.filter((row) => fits(row) && takes(row));
      const expected = [...Map.groupBy(counting, ({ actor_id }) => actor_id)].map(([actor_id, of]) => ({
        actor_id,
        patients: new Set(of.map(({ patient_id }) => newest.get(patient_id)?.patient_id ?? patient_id).filter(Boolean)).size,
        accesses: new Set(of.map(({ event_id }) => event_id)).size,
        own: incidents.filter((one) => one.subject_kind === 'account' && one.actor_id === actor_id && isWithinADay(one, of))
          .length,
      }));
      const query = `SELECT actor_id, patients, accesses, length(incident_ids) AS own FROM vigie.incident_accounts_of(incident_id = '${incident.incident_id}') ORDER BY actor_id`;
      expect(await (await client.query({ query, format: 'JSONEachRow' })).json()).toEqual(
        expected.toSorted((a, b) => (a.actor_id < b.actor_id ? -1 : 1)),
      );
    }
  });
});

function isWithinADay({ first_time, last_time }: IncidentChange, of: readonly AccessRow[]): boolean {
  const times = of.map(({ time }) => Date.parse(time));
  return Date.parse(first_time) <= Math.max(...times) + 86_400_000 && Date.parse(last_time) >= Math.min(...times) - 86_400_000;
}

describe('the ledger of a case', () => {
  it('has the patients of its incidents, each with the strongest tier of all of them', async () => {
    for (const incident of incidents.slice(0, casesOf(4, 8))) {
      const recounted = recount([scopeOf(incident)]);
      expect(await listed('case_ledger_of', `case_id = '${incident.incident_id}'`)).toEqual(recounted);
      expect(await listed('dossier_ledger_of', `case_id = '${incident.incident_id}', scope_version = 0`)).toEqual(recounted);
    }
  });

  it('has those of all incidents that people linked, and the linked one is no case of its own any more', async () => {
    const [first, second] = incidents.slice(20, 22);
    if (!first || !second) throw new Error('too few incidents');
    const joined = {
      case_id: first.incident_id,
      group_id: 'helix',
      incident_ids: [first.incident_id, second.incident_id],
      members: [member(first.incident_id), member(second.incident_id)],
      joined_into: '',
      place: 1,
    };
    await client.insert({ table: 'vigie.case_states', values: [joined], format: 'JSONEachRow' });
    expect(await listed('case_ledger_of', `case_id = '${first.incident_id}'`)).toEqual(
      recount([scopeOf(first), scopeOf(second)]),
    );
    expect(await listed('case_ledger_of', `case_id = '${second.incident_id}'`)).toEqual([]);
  });

  it('is as long as the figure of a case into which people linked, once the store is where the scorer is, whichever others it still lists there', async () => {
    const trios = [12, 15, 18].map((from) => incidents.slice(from, from + 3));
    for (const [first, second, withdrawn] of trios) {
      if (!first || !second || !withdrawn) throw new Error('too few incidents');
      const ids = [first, second, withdrawn].map(({ incident_id }) => incident_id);
      const joined = {
        case_id: `linked ${first.incident_id}`,
        group_id: 'helix',
        incident_ids: ids,
        members: ids.map(member),
        joined_into: '',
        place: 2,
      };
      await client.insert({ table: 'vigie.case_states', values: [joined], format: 'JSONEachRow' });
      const figures = [first, second].map((one) => ({ incident_id: one.incident_id, patients: people([scopeOf(one)]) }));
      expect(await patientsTogether(client, figures)).toBe(people([scopeOf(first), scopeOf(second)]));
      const ahead = figures.map((one) => ({ ...one, patients: one.patients + 1 }));
      expect(await patientsTogether(client, ahead)).toBeUndefined();
      const unknown = { incident_id: anIncidentId('nobody'), patients: 1 };
      expect(await patientsTogether(client, [...figures, unknown])).toBeUndefined();
    }
  });

  it('may grow by former lists where its incident is of what accounts have in common: those of accounts and of blocks are told apart', async () => {
    const shared = incidents.filter(({ subject_kind }) => subject_kind !== 'account' && subject_kind !== 'id_block');
    const found = await sharedIncidents(client, 0);
    expect(found.map(named).toSorted()).toEqual(shared.map(named).toSorted());
    expect(await sharedIncidents(client, Date.parse('2100-01-01'))).toEqual([]);
  });

  it('is as long for some incidents together, each patient once, and for each of them as by itself', async () => {
    const some = incidents.slice(0, 9);
    const each = some.flatMap((one): [string, number][] => {
      const patients = people([scopeOf(one)]);
      return patients > 0 ? [[one.incident_id, patients]] : [];
    });
    const listed = await patientsOfIncidents(
      client,
      some.map(({ incident_id }) => incident_id),
    );
    expect(Object.fromEntries(listed.each)).toEqual(Object.fromEntries(each));
    expect(listed.total).toBe(people(some.map(scopeOf)));
    expect(listed.total).toBeLessThan(each.reduce((sum, [, patients]) => sum + patients, 0));
    expect(await patientsOfIncidents(client, [])).toEqual({ total: 0, each: new Map() });
  });

  it('is given in pages, by clinic and tier, whose lines are all of it once, and as a list that is no longer than was counted', async () => {
    for (const [place, incident] of incidents.slice(0, casesOf(2, 4)).entries()) {
      // Whole lists, and the same read in parts as long ones are.
      const patients = new CasePatients(client, place % 2 === 0 ? 0 : wholeLinesMax);
      const all = recount([scopeOf(incident)]);
      for (const [clinics, certainty] of [
        [[], undefined],
        [['c1', 'c3'], undefined],
        [['c2'], 'displayed'],
      ] as const) {
        const wanted = { caseId: incident.incident_id, clinics, certainty };
        const expected = all.filter(
          (row) =>
            (clinics.length === 0 || clinics.some((one) => one === row.clinic_id)) &&
            (certainty ?? row.certainty) === row.certainty,
        );
        // Three full pages at least, and one that is not: each asks for the whole ledger.
        const given = await paged(patients, wanted, Math.max(2, Math.floor(expected.length / 3)));
        expect(given.map(({ patient_id, clinic_id, certainty: tier }) => [clinic_id, patient_id, tier])).toEqual(
          expected.map((row) => [row.clinic_id, row.patient_id, row.certainty]).toSorted(),
        );
        const figure = await patients.figure(wanted);
        expect([figure.lines, figure.patients, figure.exported + figure.displayed + figure.listed + figure.attempted]).toEqual([
          expected.length,
          new Set(expected.map(({ patient_id }) => patient_id)).size,
          expected.length,
        ]);
        const csv = await text(patients.csv(wanted, Math.max(0, figure.lines - 1)));
        expect(
          csv
            .split('\n')
            .slice(1, -1)
            .map((line) => line.split(',')[1]),
        ).toEqual(given.slice(0, -1).map(({ patient_id }) => patient_id));
      }
    }
  });

  it('counts the records that no source names by event, of what did not fail', async () => {
    for (const incident of incidents.slice(0, casesOf(4, 8))) {
      const { takes, fits } = scopeOf(incident);
      // Invented rows of one event differ in their count; those of a source never do.
      const inScope = rows.filter((row) => fits(row) && row.outcome !== 'failure' && (row.record_count ?? 0) > 0);
      const events = new Set(inScope.filter((row) => takes(row)).map(({ event_id }) => event_id));
      const unnamed = [...events].flatMap((event_id) => {
        const of = inScope.filter((row) => row.event_id === event_id);
        const named = new Set(of.map(({ patient_id }) => patient_id).filter(Boolean)).size;
        return Math.max(0, Math.max(0, ...of.map(({ record_count }) => record_count ?? 0)) - named);
      });
      const sum = unnamed.reduce((total, n) => total + n, 0);
      const query = `SELECT sum(unnamed) AS n FROM vigie.case_unnamed_of(case_id = '${incident.incident_id}')`;
      expect(await one(query)).toEqual({ n: sum });
    }
  });

  it('can be widened to all accesses of accounts, and narrowed to one address, device, session or application', async () => {
    let version = 0;
    for (const incident of incidents.slice(0, 6)) {
      const narrow = pick([
        {},
        { source_ips: ['ip1'] },
        { devices: ['d0', 'd1'] },
        { session_ids: ['s1'] },
        { applications: ['x'] },
      ]);
      const [from, to] = [at(pick([0, 100])), at(pick([900, 1_400]))];
      version += 1;
      const scope = {
        group_id: 'helix',
        case_id: incident.incident_id,
        version,
        accounts: ['b.two'],
        from_time: from,
        to_time: to,
        author: 'dpo',
        reason: 'stolen before',
        set_at: to,
        ...narrow,
      };
      await client.insert({ table: 'vigie.dossier_scopes', values: [scope], format: 'JSONEachRow' });
      const widening = {
        fits: (row: AccessRow) => row.actor_id === 'b.two' && row.time >= from && row.time <= to,
        takes: () => true,
      };
      const kept = (row: AccessRow) =>
        Object.entries({
          source_ip: narrow.source_ips,
          device: narrow.devices,
          session_id: narrow.session_ids,
          application: narrow.applications,
        }).every(([column, values]) => values === undefined || values.includes(String(row[column as keyof AccessRow] ?? '')));
      const arguments_ = `case_id = '${incident.incident_id}', scope_version = ${version}`;
      expect(await listed('dossier_ledger_of', arguments_)).toEqual(recount([scopeOf(incident), widening], kept));
    }
  });

  it('has nobody when there is no such case', async () => {
    expect(await listed('case_ledger_of', "case_id = 'nobody'")).toEqual([]);
    expect(await listed('dossier_ledger_of', "case_id = 'nobody', scope_version = 7")).toEqual([]);
  });
});

function member(incident_id: string) {
  return { incident_id, linked_at: at(0), linked_by: 'a.durand' };
}

interface Scope {
  /** Account and times. */
  readonly fits: (row: AccessRow) => boolean;
  /** The selections. */
  readonly takes: (row: AccessRow) => boolean;
}

function scopeOf({
  subject_kind,
  actor_id,
  first_time,
  last_time,
  clinics,
  block_patients,
  selections: ids,
}: IncidentChange): Scope {
  const takes = selections.filter(([id]) => ids.includes(id)).map(([, , takes]) => takes);
  const belongs = (row: AccessRow) =>
    isStoredSubject(subject_kind)
      ? row[subjectColumns[subject_kind]] === actor_id
      : clinics.includes(row.clinic_id) && block_patients?.includes(row.patient_id) === true;
  return {
    fits: (row) => belongs(row) && row.time >= first_time && row.time <= last_time,
    takes: (row) => takes.some((one) => one(row)),
  };
}

/** The row as lists show it: where a patient has two pseudonyms, under the newer. */
function shown({ patient_id, key_id, ...row }: AccessRow): AccessRow {
  const link = newest.get(patient_id);
  return { ...row, patient_id: link?.patient_id ?? patient_id, key_id: link?.key_id ?? key_id };
}

/** The definition, by going through all rows for each patient and clinic. */
function recount(scopes: readonly Scope[], kept: (row: AccessRow) => boolean = () => true) {
  const named = rows.filter((row) => row.patient_id !== '' && kept(row));
  const inside = named.filter((row) => scopes.some(({ fits }) => fits(row))).map((row) => shown(row));
  const taken = named.filter((row) => scopes.some(({ fits, takes }) => fits(row) && takes(row))).map((row) => shown(row));
  const pairs = new Set(taken.map(({ patient_id, clinic_id }) => `${clinic_id}\t${patient_id}`));
  return [...pairs].toSorted().map((pair) => {
    const [clinic_id = '', patient_id = ''] = pair.split('\t');
    const of = inside.filter((row) => row.patient_id === patient_id && row.clinic_id === clinic_id);
    const times = of.map(({ time }) => time).toSorted();
    return {
      patient_id,
      clinic_id,
      controller_id: clinic_id === 'c3' ? 'clinic-group' : clinic_id,
      certainty: strongest(of),
      categories: [...new Set(of.flatMap(({ categories }) => categories ?? ['unknown']))].toSorted(),
      key_ids: [...new Set(of.map(({ key_id }) => key_id))].toSorted(),
      first_time: times[0],
      last_time: times.at(-1),
      accesses: new Set(of.map(({ event_id }) => event_id)).size,
    };
  });
}

function strongest(of: readonly AccessRow[]): string {
  const reached = of.filter(({ outcome }) => outcome !== 'failure').map(({ action }) => action);
  if (reached.length === 0) return 'attempted';
  if (reached.some((action) => ['export', 'print', 'download'].includes(action))) return 'exported';
  return reached.some((action) => !['search', 'list'].includes(action)) ? 'displayed' : 'listed';
}

function someAccess(n: number): AccessRow {
  const given = pick(['', aPatient(Math.floor(random() * 40))]);
  const rotated = given && n > 700 ? { patient_id: hex128Of(given), key_id: 'k3', ...(n < 900 && { former_id: given }) } : {};
  return anAccessRow({
    time: at(n),
    event_id: hex128Of(`event ${Math.floor(n / pick([1, 3]))}`),
    actor_id: accounts[n % 3] ?? '',
    patient_id: given,
    clinic_id: pick(['c1', 'c2', 'c3']),
    action: pick(['read', 'read', 'search', 'list', 'export', 'print', 'update']),
    outcome: pick(['success', 'success', 'failure', 'unknown']),
    key_id: pick(['k1', 'k1', 'k2']),
    source_ip: pick(['ip1', 'ip2']),
    device: pick(['d0', 'd1', 'd2']),
    session_id: pick(['s1', 's2']),
    application: pick(['x', 'y']),
    ...(random() < 0.3 && { record_count: Math.floor(random() * 50) }),
    ...pick([{}, { categories: ['identity' as const] }, { categories: ['lab' as const, 'identity' as const] }]),
    ...rotated,
  });
}

function someIncident(n: number): IncidentChange {
  const from = Math.floor(random() * 1_000);
  const subject = pick(subjects);
  const ofBlock = subject.subject_kind === 'id_block' && {
    clinics: ['c2'],
    block_patients: [3, 5, 8, 13, 21].map((number) => aPatient(number)),
  };
  return aChange(`${n}`, 1, {
    group_id: 'helix',
    ...subject,
    first_time: at(from),
    last_time: at(from + Math.floor(random() * 500)),
    detected_at: at(from),
    clinics: [],
    selections: selections.map(([id]) => id).filter(() => random() < 0.4),
    changed_at: at(from),
    received_at: at(from),
    ...ofBlock,
  });
}

async function listed(view: string, given: string): Promise<readonly unknown[]> {
  const query = `SELECT * FROM vigie.${view}(${given}) ORDER BY clinic_id, patient_id`;
  const clickhouse_settings = { date_time_output_format: 'iso', output_format_json_quote_64bit_integers: 0 } as const;
  return (await client.query({ query, format: 'JSONEachRow', clickhouse_settings })).json();
}

async function one(query: string): Promise<Record<string, unknown>> {
  const clickhouse_settings = { output_format_json_quote_64bit_integers: 0 } as const;
  const [row] = await (await client.query({ query, format: 'JSONEachRow', clickhouse_settings })).json<Record<string, unknown>>();
  return row ?? {};
}

function lines(values: readonly object[]): Buffer {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

function pick<T>(values: readonly [T, ...T[]] | readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

/** Seconds after eight in the morning. */
function at(seconds: number): string {
  return new Date(Date.UTC(2024, 10, 19, 8, 0, seconds)).toISOString();
}

/** The same numbers from the same seed, in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** All lines, by pages of so many. */
async function paged(patients: CasePatients, wanted: PatientsWanted, limit: number): Promise<readonly PatientLine[]> {
  const given: PatientLine[] = [];
  const figure = await patients.figure(wanted);
  for (let place: PatientsPlace = firstPlace; ;) {
    const page = await patients.page(wanted, figure, place, limit);
    given.push(...page);
    const last = page.at(-1);
    if (!last) return given;
    place = [last.clinic_id, last.patient_id];
  }
}
