import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { quarantineRowOf } from '#libs/contracts/quarantine-row.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, anEventId } from '#libs/testkit/builders.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { sourceHealth } from './source-health.js';
import { storeForTests } from '../clickhouse/store.fixture.js';

const nowMs = Date.parse('2026-11-28T10:30:00.000Z');
const hour = 3_600_000;
const week = 7 * 24 * hour;
const group = `sources-${process.pid}`;
const poorGroup = `${group}-poor`;
const rich = { actor_role: 'nurse', session_id: 's', source_ip: '10.0.0.1', care_link: 'own' } as const;
let client: ClickHouseClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
  const rows = [
    ...habit('steady', 30),
    ...received('steady', 25, nowMs - 10 * 60_000, { actor_kind: 'service' }),
    ...received('steady', 5, nowMs - 2 * hour, { patient_id: '' }),
    ...habit('thin', 40),
    ...received('thin', 9, nowMs - 10 * 60_000),
    ...habit('silent', 40),
    ...received('silent', 50, nowMs - 2 * hour),
    ...habit('nightly', 10),
    ...received('poor', 150, nowMs - hour / 4, { outcome: 'unknown', source_ip: '10.0.0.1' }, poorGroup).map((row, index) => ({
      ...row,
      actor_id: `nurse.${index % 25}`,
    })),
    ...received('few', 99, nowMs - hour / 4, { outcome: 'unknown' }, poorGroup),
    ...received('vigie', 150, nowMs - hour / 4, { outcome: 'unknown' }, 'vigie'),
    ...received('nightly', 150, nowMs - hour / 4, rich, poorGroup).map((row, index) =>
      index % 4 > 0 ? row : anAccessRow({ ...row, care_link: undefined }),
    ),
    ...received('rich', 150, nowMs - hour / 4, rich, poorGroup),
    ...received('elsewhere', 3, nowMs - hour / 2, {}, 'another group'),
  ];
  await stored('accesses', rows);
  const asides = ['a', 'b'].map((reason) => aside('mute', reason)).concat(aside('steady', 'unreadable_patient'));
  await stored('quarantine', asides);
});
afterAll(() => end());

describe('the health of sources', () => {
  it('is the last hour beside the same hour of the four weeks before', async () => {
    const health = await sourceHealth(client, nowMs, group);
    expect(health.map(({ source, state, events_hour, habit_hour }) => [source, state, events_hour, habit_hour])).toEqual([
      ['mute', 'ok', 0, 0],
      ['nightly', 'ok', 0, 10],
      ['silent', 'silent', 0, 40],
      ['steady', 'ok', 25, 30],
      ['thin', 'thin', 9, 40],
    ]);
  });

  it('says what of the day has no patient or no human, how late it came, and what was set aside', async () => {
    const [steady] = (await sourceHealth(client, nowMs, group)).filter(({ source }) => source === 'steady');
    expect(steady).toMatchObject({
      last_received: new Date(nowMs - 10 * 60_000).toISOString(),
      events_day: 30,
      without_patient: 5,
      without_human: 25,
      delay_seconds: 2,
      set_aside: { unreadable_patient: 1 },
    });
  });

  it('says what hardly any of its accesses has, and nothing of a source that brought few', async () => {
    const lacks = (await sourceHealth(client, nowMs, poorGroup)).map((one) => [one.source, one.lacks]);
    expect(lacks).toEqual([
      ['few', []],
      ['nightly', ['care_link']],
      ['poor', ['actor_role', 'session_id', 'one_source_ip', 'outcome', 'care_link']],
      ['rich', []],
    ]);
    expect(await sourceHealth(client, nowMs, 'vigie')).toMatchObject([{ source: 'vigie', lacks: [] }]);
  });

  it('knows sources of which everything is set aside, and nothing of another group', async () => {
    const [mute] = await sourceHealth(client, nowMs, group);
    expect(mute).toMatchObject({ source: 'mute', events_day: 0, set_aside: { a: 1, b: 1 } });
    expect(mute).not.toHaveProperty('last_time');
    const everywhere = await sourceHealth(client, nowMs);
    expect(everywhere.map(({ group_id }) => group_id)).toContain('another group');
  });
});

/** Events of the same hour in each of the four weeks before, and of the hour before it, which do not count. */
function habit(source: string, events: number): readonly AccessRow[] {
  return [1, 2, 3, 4].flatMap((weeks) => [
    ...received(source, events, nowMs - weeks * week - 30 * 60_000),
    ...received(source, 7, nowMs - weeks * week - 90 * 60_000),
  ]);
}

/** Events of a moment, each two seconds before its receipt. */
function received(source: string, events: number, atMs: number, more: Partial<AccessRow> = {}, group_id = group) {
  return Array.from({ length: events }, (_, index) =>
    anAccessRow({
      source,
      group_id,
      event_id: anEventId(`${source} ${atMs} ${index}`),
      time: new Date(atMs - 2000).toISOString(),
      received_at: new Date(atMs).toISOString(),
      ...more,
    }),
  );
}

function aside(source: string, reason: string) {
  const row = {
    received_at: new Date(nowMs - hour).toISOString(),
    group_id: group,
    source,
    step: 'admit',
    reason,
    field: '',
    detail: '',
    origin: 'http:1#0',
    content: '',
  };
  return quarantineRowOf(row, [group, source, reason]);
}

async function stored(table: 'accesses' | 'quarantine', rows: readonly object[]): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const outcome = await new ClickHouseStore(client, systemClock).insert(table, bytes, rows.length, `${group} ${table}`);
  expect(outcome.kind).toBe('accepted');
}
