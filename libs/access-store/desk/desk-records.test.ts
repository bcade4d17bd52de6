import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hex128Of } from '#libs/contracts/hex128.js';
import type { NotificationRow } from '#libs/contracts/notification-row.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { aChange } from '#libs/testkit/case-records.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { DeskRecords } from './desk-records.js';

const began = Date.UTC(2026, 10, 28);
const { client, end } = await storeForTests();
const records = new DeskRecords(client);
const store = new ClickHouseStore(client, systemClock);
const leakId = hex128Of('leak');

const attempts = [
  attempt('first', 'mail', 1, { outcome: 'failed', status: 0, reason: 'no answer' }),
  attempt('first', 'mail', 2, {}),
  attempt('second', 'mail', 4, {}),
  attempt('first', 'teams', 1, { outcome: 'muted', status: 0 }),
  attempt('second', 'teams', 2, { outcome: 'refused', status: 403, reason: 'status 403' }),
];

beforeAll(async () => {
  const rows = Array.from({ length: 12 }, (_, n) =>
    anAccessRow({
      event_id: hex128Of(`event ${n % 8}`),
      patient_id: aPatient(n),
      source: n % 8 < 6 ? 'one' : 'two',
      received_at: isoOf(began + n),
    }),
  );
  await store.insert('accesses', lines(rows), rows.length, 'desk');
  await store.insert('notifications', lines(attempts), attempts.length, 'desk');
  const hidden = [3, 9].map((patients, n) =>
    aChange(`hidden ${n}`, 1, {
      state: 'suppressed',
      change_type: 'incident.suppressed',
      suppressed_by: ['x'],
      patients,
      last_time: isoOf(began + 60_000),
      actor_id: 'archive',
    } as Parameters<typeof aChange>[2]),
  );
  await store.insert(
    'incident_changes',
    lines(hidden.map((one) => ({ ...one, received_at: isoOf(began) }))),
    hidden.length,
    'desk',
  );
  const leak = {
    leak_id: leakId,
    group_id: 'aleo',
    title: 'a forum',
    period_from: isoOf(began - 1),
    period_to: isoOf(began),
    given: 5,
    known: 5,
    touched: 4,
    accounts: 3,
    patients: 40,
    verdict: 'named',
    unexplained: 0.25,
    control_samples: 200,
    control_named: 1,
    asked_by: 'dpo',
    asked_at: isoOf(began),
  };
  const finding = {
    leak_id: leakId,
    group_id: 'aleo',
    rank: 1,
    actor_id: 'dr.martin',
    kind: 'period',
    ref: '',
    first_time: isoOf(began),
    last_time: isoOf(began),
    matched: 3,
    size: 9,
    share: 0.75,
    ln_bayes: 4,
    support: 'strong',
    alike: ['b'],
    asked_at: isoOf(began),
  };
  await client.insert({
    table: 'vigie.leaks',
    values: [leak, { ...leak, leak_id: hex128Of('older'), verdict: 'nobody', asked_at: isoOf(began - 5) }],
    format: 'JSONEachRow',
  });
  await client.insert({
    table: 'vigie.leak_findings',
    values: [finding, { ...finding, rank: 2, actor_id: 'b', matched: 1 }],
    format: 'JSONEachRow',
  });
});
afterAll(end);

describe('what is asked of the store beside cases', () => {
  it('is what came and what became of it, by source and day', async () => {
    expect(await records.books(began)).toMatchObject([
      { source: 'one', day: '2026-11-28', events: 6, rows: 10, quarantined: 0, received: 0 },
      { source: 'two', events: 2, rows: 2 },
    ]);
    expect(await records.books(began + 86_400_000)).toEqual([]);
  });

  it('is each message to a receiver once, by its newest attempt, and the median delay of what arrived', async () => {
    expect(await records.channels(began)).toMatchObject([
      { endpoint: 'mail', delivered: 2, failed: 0, refused: 0, attempts: 3, newest_outcome: 'delivered', delay_seconds: 4 },
      {
        endpoint: 'teams',
        delivered: 0,
        refused: 1,
        muted: 1,
        attempts: 2,
        newest_outcome: 'refused',
        newest_reason: 'status 403',
      },
    ]);
    expect(await records.channels(began + 3_600_000)).toEqual([]);
  });

  it('is what each exception kept quiet', async () => {
    expect(await records.keptQuiet(began)).toMatchObject([{ exception_id: 'x', matches: 2, accounts: 1, most_patients: 9 }]);
  });

  it('is the samples that were compared, the newest first, each with whom it points to most', async () => {
    expect(
      (await records.leaks()).map(({ title, verdict, best_actor, best_matched }) => [title, verdict, best_actor, best_matched]),
    ).toEqual([
      ['a forum', 'named', 'dr.martin', 3],
      ['a forum', 'nobody', '', 0],
    ]);
    expect(await records.leaks(hex128Of('none'))).toEqual([]);
    expect((await records.findings(leakId)).map(({ rank, actor_id, alike }) => [rank, actor_id, alike])).toEqual([
      [1, 'dr.martin', ['b']],
      [2, 'b', ['b']],
    ]);
  });
});

function lines(rows: readonly object[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function attempt(name: string, endpoint: string, number: number, given: Partial<NotificationRow>): NotificationRow {
  return {
    change_id: hex128Of(name),
    incident_id: hex128Of('incident'),
    change_type: 'incident.opened',
    kind: 'opening',
    endpoint,
    attempt: number,
    outcome: 'delivered',
    status: 200,
    reason: '',
    at: isoOf(began + number * 1_000),
    delay_seconds: number,
    ...given,
  };
}
