import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { AccountRecord } from '../accounts/account-record.js';
import { AssistantReader } from '../assistant/assistant-reader.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { firstAccess, type RuleWindow, RuleWindows } from './rule-windows.js';

const selection = 'a'.repeat(32);
const nine = Date.UTC(2026, 0, 5, 9);
const minute = 60_000;
const name = "o'neil \\ {x:String}";
const window: RuleWindow = {
  groupId: 'helix',
  subject: 'account',
  actorId: name,
  selectionId: selection,
  fromMs: nine,
  toMs: nine + 10 * minute,
  clinics: [],
};

/** Reads of one patient each, one a minute from nine on, in two clinics by turns; those of an even minute are exports. */
function access(place: number, given: Partial<AccessRow> = {}): AccessRow {
  return anAccessRow({
    time: isoOf(nine + place * minute),
    actor_id: name,
    patient_id: aPatient(place),
    clinic_id: place % 2 ? 'c-1' : 'c-2',
    action: place % 2 ? 'read' : 'export',
    actor_role: 'physician',
    source_ip: '10.0.0.9',
    application: 'records',
    session_id: 's-1',
    event_id: anEventId(`read ${place}`),
    ...given,
  });
}

let client: ClickHouseClient;
let end: () => Promise<void>;
let windows: RuleWindows;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
  windows = new RuleWindows(client);
  const store = new ClickHouseStore(client, systemClock);
  await store.registerSelections([{ id: selection, sql: "outcome = 'success'" }]);
  const rows = [
    ...Array.from({ length: 13 }, (_, place) => access(place)),
    // Another's, one that failed, and a second patient of one event.
    access(3, { actor_id: 'other', event_id: anEventId('other') }),
    access(4, { outcome: 'failure', event_id: anEventId('failed') }),
    access(5, { patient_id: aPatient(500) }),
    // Days before, at another hour and from another address.
    ...[1, 2, 2].map((days, place) => access(20 + place, { time: isoOf(nine - days * 86_400_000 + 4 * 3_600_000 + place), source_ip: '10.0.0.1', event_id: anEventId(`before ${place}`) })),
  ]; // prettier-ignore
  await store.insert('accesses', Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')), rows.length, 'rows');
});
afterAll(() => end());

describe('the window of a rule', () => {
  it('begins behind its first instant, ends with its last, and counts what the rule selects', async () => {
    expect(await windows.figures(window)).toMatchObject({
      accesses: 11,
      events: 10,
      patients: 11,
      clinics: 2,
      addresses: 1,
      sessions: 1,
      actions: { read: 6, export: 5 },
    });
    expect(await windows.figures({ ...window, clinics: ['c-2'] })).toMatchObject({
      accesses: 5,
      clinics: 1,
      actions: { export: 5 },
    });
    expect(await windows.figures({ ...window, clinics: ['c-3'] })).toMatchObject({ accesses: 0, patients: 0, actions: {} });
    expect(await windows.figures({ ...window, selectionId: 'b'.repeat(32) })).toBeUndefined();
  });

  it.each([1, 2, 3, 10, 11, 100])('is given in pages of %i, each access once, in order', async (limit) => {
    const given = [];
    let place = firstAccess;
    for (;;) {
      const page = await windows.page(window, place, limit);
      given.push(...page);
      const last = page.at(-1);
      if (!last || page.length < limit) break;
      place = { timeMs: Date.parse(last.time), eventId: last.event_id, patientId: last.patient_id };
    }
    const expected = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((one) =>
      one === 5 ? [aPatient(5), aPatient(500)].toSorted() : [aPatient(one)],
    );
    expect(given.map(({ patient_id }) => patient_id)).toEqual(expected);
    expect(given.map(({ time }) => time)).toEqual(given.map(({ time }) => time).toSorted());
  });

  it('can be copied as a query that gives the same, whatever the name of the account holds', async () => {
    for (const clinics of [[], ['c-1']]) {
      const { sql = '', accesses } = (await windows.figures({ ...window, clinics })) ?? {};
      const found = await (await client.query({ query: sql, format: 'JSONEachRow' })).json();
      expect([found.length, sql.includes('{group:')]).toEqual([accesses, false]);
    }
  });
});

describe('the record of an account', () => {
  const stretch = { groupId: 'helix', actorId: name, firstDay: '2026-01-03', lastDay: '2026-01-05', clinics: [] };

  it('has its days and hours by the clock of Paris, and not those before', async () => {
    const record = new AccountRecord(client);
    expect(await record.days(stretch)).toEqual([
      { day: '2026-01-03', events: 2, patients: 2, clinics: 2 },
      { day: '2026-01-04', events: 1, patients: 1, clinics: 1 },
      { day: '2026-01-05', events: 14, patients: 14, clinics: 2 },
    ]);
    expect(await record.days({ ...stretch, firstDay: '2026-01-04', clinics: ['c-1'] })).toEqual([
      { day: '2026-01-05', events: 6, patients: 7, clinics: 1 },
    ]);
    expect(await record.hours(stretch)).toMatchObject([
      { day: '2026-01-03', hour: 14, events: 2 },
      { day: '2026-01-04', hour: 14 },
      { day: '2026-01-05', hour: 10, events: 14, patients: 14 },
    ]);
  });

  it('stands beside those of its role, and nothing is said of it to whoever sees other clinics', async () => {
    const reader = new AssistantReader(client);
    const asked = { groupId: 'helix', actorId: name, fromMs: nine - 7 * 86_400_000, toMs: nine + 86_400_000 };
    expect(await reader.peers({ ...asked, clinics: undefined })).toMatchObject({
      role: 'physician',
      accounts: 2,
      patients: 17,
      patients_rank: 1,
    });
    expect(await reader.peers({ ...asked, clinics: ['c-1'] })).toMatchObject({
      role: 'physician',
      accounts: 2,
      patients_rank: 1,
    });
    expect(await reader.peers({ ...asked, clinics: ['c-3'] })).toBeUndefined();
  });

  it('tells what the last day has that was not there before', async () => {
    const values = await new AccountRecord(client).values(stretch);
    expect(values.filter(({ kind }) => kind === 'address')).toMatchObject([
      { value: '10.0.0.9', events_before: 0, events_last_day: 14 },
      { value: '10.0.0.1', events_before: 3, events_last_day: 0 },
    ]);
    expect(values.filter(({ value }) => value === '')).toEqual([]);
  });
});
