import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, boolean, constantFrom, integer, record } from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { DossierShelf } from '../dossiers/dossier-shelf.js';
import { LedgerReader } from '../dossiers/ledger-reader.js';
import { erase } from '../erasure/erase.js';
import { subjectOf } from '../erasure/subject.js';
import { CaseFigures } from '../incidents/case-figures.js';
import { CasePatients } from '../patients/case-patients.js';
import { firstPlace, type PatientsPlace } from '../patients/page-parts.js';
import { aStoredCase, storeCases } from '../verdicts/case-rows.fixture.js';
import { patientsTogether } from './patients-together.js';
import { patientsOfIncidents } from './some-patients.js';

const selection = 'b'.repeat(32);
const { client, end } = await storeForTests();
const store = new ClickHouseStore(client, systemClock);
beforeAll(() => store.registerSelections([{ id: selection, sql: "action != 'list'" }]));
afterAll(end);

const actors = ['dr.a', 'dr.b'];
const people = ['p', 'q', 'r', 's', 't', 'u'];
const clinics = ['750300123', '750300124', '=c'];
/** From this minute on pseudonyms are made with another key, and rows say the one before beside for as long as the overlap. */
const [rotatedAt, overlapUntil] = [12, 24];
const minutes = 30;

const anAccess = record({
  actor: constantFrom(...actors),
  person: constantFrom(...people),
  clinic: constantFrom(...clinics),
  minute: integer({ min: 0, max: minutes }),
  action: constantFrom('read', 'read', 'export', 'list' as const),
  /** What comes when the incidents were told already. */
  isLate: boolean(),
});
const anIncident = record({
  actor: constantFrom(...actors),
  from: integer({ min: 0, max: minutes }),
  length: integer({ min: 2, max: minutes }),
  fate: constantFrom('closed', 'closed', 'closed', 'closed', 'open', 'grew', 'merged', 'withdrawn' as const),
  isLinked: boolean(),
});
const aWorld = record({
  accesses: array(anAccess, { minLength: 12, maxLength: 60 }),
  incidents: array(anIncident, { minLength: 1, maxLength: 4 }),
  erased: constantFrom(...people, ...people, undefined),
});
type Access = typeof anAccess extends { generate: (...given: never) => { value: infer Value } } ? Value : never;
type Invented = typeof anIncident extends { generate: (...given: never) => { value: infer Value } } ? Value : never;

/** By the newer of two pseudonyms where the rows of an overlap tell that they are one. */
const pseudonym = (run: number, person: string, minute: number) =>
  aPatient(`${run} ${person} ${minute >= rotatedAt ? 'new' : 'old'}`);

function rowOf(run: number, one: Access, place: number): AccessRow {
  const { actor, person, clinic, minute, action } = one;
  const isRotated = minute >= rotatedAt;
  return anAccessRow({
    group_id: `g${run}`,
    actor_id: actor,
    patient_id: pseudonym(run, person, minute),
    clinic_id: clinic,
    action,
    outcome: 'success',
    time: atMinute(minute),
    event_id: anEventId(`${run} ${place}`),
    key_id: isRotated ? 'k2' : 'k1',
    ...(isRotated && minute < overlapUntil && { former_id: pseudonym(run, person, 0) }),
  });
}

it('the list equals the figure, whoever asks, over late, merged, withdrawn and linked incidents, a rotation of the key and an erasure', async () => {
  let run = 0;
  await assert(
    asyncProperty(aWorld, async ({ accesses, incidents, erased }) => {
      run += 1;
      const group_id = `g${run}`;
      const rows = accesses.map((one, place) => ({ ...one, row: rowOf(run, one, place) }));
      const put = async (some: typeof rows, token: string) =>
        some.length > 0 &&
        (await store.insert(
          'accesses',
          Buffer.from(some.map(({ row }) => `${JSON.stringify(row)}\n`).join('')),
          some.length,
          `${group_id} ${token}`,
        ));
      await put(
        rows.filter(({ isLate }) => !isLate),
        'first',
      );

      /** Two pseudonyms are one person where a row of the overlap says so. */
      const linked = new Set(rows.filter(({ row }) => row.former_id !== undefined).map(({ person }) => person));
      const nameOf = ({ person, minute }: Access) =>
        linked.has(person) || minute >= rotatedAt ? `${person} new` : `${person} old`;
      let gone: readonly string[] = [];
      const counted = ({ actor, from, length, fate }: Invented, withLate = true) => {
        if (fate === 'merged' || fate === 'withdrawn') return [];
        return rows.filter(
          (one) =>
            one.actor === actor &&
            one.minute >= from &&
            one.minute <= from + length &&
            one.action !== 'list' &&
            (withLate || !one.isLate) &&
            !gone.includes(nameOf(one)),
        );
      };
      const namesOf = (some: readonly Access[]) => new Set(some.map((one) => nameOf(one)));

      const names = incidents.map((_, place) => `${group_id} ${place}`);
      const ids = names.map(anIncidentId);
      const changeOf = (place: number, version: number, withLate: boolean): Partial<IncidentChange> => {
        const one = incidents[place];
        if (!one) return {};
        const { fate, actor, from, length } = one;
        const state = fate === 'merged' || fate === 'withdrawn' ? fate : fate === 'closed' ? 'closed' : 'open';
        return {
          group_id,
          actor_id: actor,
          first_time: atMinute(from),
          last_time: atMinute(from + length),
          state: withLate ? state : 'open',
          patients: namesOf(counted(one, withLate)).size,
          selections: [selection],
          rule_selections: [selection],
          version,
          change_id: hex128Of(`${group_id} ${place} ${version}`),
          change_type: version === 1 ? 'incident.opened' : 'incident.updated',
          ...(withLate && fate === 'merged' && { merged_into: ids[0] ?? '' }),
        };
      };
      const members = ids.filter((_, place) => place === 0 || incidents[place]?.isLinked);
      const caseOf = (status: 'new' | 'resolved', version: number, withLate: boolean) => {
        const incident_ids = [...members];
        const stored = incidents.map((_, place) =>
          aStoredCase(
            names[place] ?? '',
            ['r'],
            { group_id, status, version, changed_at: atMinute(version) },
            changeOf(place, version, withLate),
          ),
        );
        const [first, ...others] = stored;
        if (!first) return [];
        const all = {
          incident_ids,
          members: incident_ids.map((incident_id) => ({ incident_id, linked_at: atMinute(1), linked_by: 'a.durand' })),
        };
        return [
          { ...first, state: { ...first.state, ...all } },
          ...others.map((one) => ({
            ...one,
            state: members.includes(one.state.case_id)
              ? { ...one.state, incident_ids: [], members: [], joined_into: ids[0] ?? '', place: 2 }
              : one.state,
          })),
        ];
      };
      await storeCases(client, caseOf('new', 1, false));
      // What came late, and what became of the incidents.
      await put(
        rows.filter(({ isLate }) => isLate),
        'late',
      );
      await storeCases(client, caseOf('resolved', 2, true));
      await sameEverywhere();
      if (erased === undefined) return;
      const isOpen = incidents.some(({ fate }) => fate === 'open' || fate === 'grew');
      for (const minute of [0, rotatedAt]) {
        const patient = pseudonym(run, erased, minute);
        await erase(
          client,
          {
            subject: await subjectOf(client, { kind: 'patient', patient, group: group_id }),
            order: { reason: 'asked for', by: 'c.morel' },
          },
          { clock: systemClock, progress: () => {} },
        );
      }
      // Of incidents that still count it is evidence.
      if (!isOpen) gone = [`${erased} new`, `${erased} old`];
      if (!isOpen) await sameEverywhere();

      async function sameEverywhere(): Promise<void> {
        const caseId = ids[0] ?? '';
        const inCase = incidents.flatMap((one, place) => (members.includes(ids[place] ?? '') ? counted(one) : []));
        const expected = namesOf(inCase).size;
        const figures = await ask<{ id: string; figure: number; listed: number; own: number }>(
          `SELECT incident_id AS id, patients AS figure, listed FROM vigie.incidents LEFT JOIN (SELECT incident_id, uniqExact(patient_id) AS listed FROM vigie.incident_patients GROUP BY incident_id) AS list USING incident_id WHERE group_id = '${group_id}'`,
        );
        for (const [place, one] of incidents.entries()) {
          const found = figures.find(({ id }) => id === ids[place]);
          const isGone = one.fate === 'merged' || one.fate === 'withdrawn';
          const due = namesOf(counted(one)).size;
          expect([place, one.fate, isGone ? 0 : found?.figure, found?.listed ?? 0]).toEqual([place, one.fate, due, due]);
          expect(
            await ask(`SELECT uniqExact(patient_id) AS n FROM vigie.incident_patients_of(incident_id = '${ids[place]}')`),
          ).toEqual([{ n: due }]);
        }
        // Those of several cases too, as the first page counts them.
        const all = await patientsOfIncidents(client, ids);
        expect([all.total, Object.fromEntries(all.each)]).toEqual([
          namesOf(incidents.flatMap((one) => counted(one))).size,
          Object.fromEntries(
            incidents.flatMap((one, place) => (counted(one).length > 0 ? [[ids[place], namesOf(counted(one)).size]] : [])),
          ),
        ]);
        for (const wholeMax of [run % 2 === 0 ? 0 : 2_000]) {
          const patients = new CasePatients(client, wholeMax);
          const wanted = { caseId, clinics: [], certainty: undefined };
          const figure = await patients.figure(wanted);
          expect(figure.patients).toBe(expected);
          const listed: string[] = [];
          for (let after: PatientsPlace | undefined = firstPlace; after;) {
            const page = await patients.page(wanted, figure, after, 4);
            listed.push(...page.map(({ clinic_id, patient_id }) => `${clinic_id} ${patient_id}`));
            const last = page.at(-1);
            after = last && page.length === 4 ? [last.clinic_id, last.patient_id] : undefined;
          }
          expect([listed.length, new Set(listed.map((line) => line.split(' ')[1])).size]).toEqual([figure.lines, expected]);
          const csv = (await text(patients.csv(wanted, figure.lines)))
            .split('\n')
            .slice(1, -1)
            .map((line) => line.split(',')[1]);
          expect([csv.length, new Set(csv).size]).toEqual([figure.lines, expected]);
        }
        const shape = await new CaseFigures(client).shape({
          caseId,
          fromMs: Date.parse(atMinute(0)),
          binMs: 60_000,
          clinics: [],
        });
        expect(shape.total).toBe(expected);
        const byClinic = new Map(
          (await new CaseFigures(client).clinics(caseId, group_id, [])).map((one) => [one.clinic_id, one.patients]),
        );
        for (const clinic of clinics)
          expect([clinic, byClinic.get(clinic) ?? 0]).toEqual([
            clinic,
            namesOf(inCase.filter((one) => one.clinic === clinic)).size,
          ]);
        expect((await new LedgerReader(client).figures(caseId, 0)).whole?.patients ?? 0).toBe(expected);
        const told = incidents.flatMap((one, place) =>
          members.includes(ids[place] ?? '') && one.fate !== 'merged' && one.fate !== 'withdrawn'
            ? [{ incident_id: ids[place] ?? '', patients: namesOf(counted(one)).size }]
            : [],
        );
        const together = await patientsTogether(client, told);
        expect(told.length === 0 ? 0 : together).toBe(told.length === 0 ? 0 : expected);
        for (const clinic of clinics) {
          const own = namesOf(inCase.filter((one) => one.clinic === clinic)).size;
          if (own === 0) continue;
          const frozen = await new DossierShelf(client).freeze(systemClock, {
            caseId,
            controllerId: clinic,
            kind: undefined,
            idBegin: hex128Of(`${group_id} ${clinic} ${gone.length}`).slice(0, 16),
            by: 'dpo',
            vigie: '0.1.0',
            rules: [],
          });
          expect([clinic, frozen?.patients]).toEqual([clinic, own]);
          break;
        }
      }
    }),
    { numRuns: casesOf(3, 60) },
  );
});

async function ask<Row>(query: string): Promise<readonly Row[]> {
  const clickhouse_settings = { output_format_json_quote_64bit_integers: 0 } as const;
  return (await client.query({ query, format: 'JSONEachRow', clickhouse_settings })).json<Row>();
}
