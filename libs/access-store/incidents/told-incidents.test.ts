import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { type IncidentChange, incidentChange } from '#libs/contracts/incident.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anEventId } from '#libs/testkit/builders.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { toldIncidents } from './told-incidents.js';
import { storeForTests } from '../clickhouse/store.fixture.js';

let client: ClickHouseClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
});
afterAll(() => end());

it('what was told is what stands of it, where some part of it lies in the interval, of the group and the account', async () => {
  const changes = [
    aChange('before', { first_time: at(1), last_time: at(2) }),
    aChange('reaches in', { first_time: at(1), last_time: at(4), patients: 12_000_000_000 }),
    aChange('within', { state: 'closed', change_type: 'incident.closed' }),
    aChange('merged', { state: 'merged', change_type: 'incident.merged' }),
    aChange('withdrawn', { state: 'withdrawn', change_type: 'incident.withdrawn' }),
    aChange('suppressed', { state: 'suppressed', change_type: 'incident.suppressed', suppressed_by: ['x'] }),
    aChange('another account', { actor_id: 'b' }),
    aChange('another group', { group_id: 'told, other' }),
    aChange('after', { first_time: at(7), last_time: at(8) }),
  ];
  const bytes = Buffer.from(changes.map((change) => `${JSON.stringify(change)}\n`).join(''));
  expect(await new ClickHouseStore(client, systemClock).insert('incident_changes', bytes, changes.length, 'told')).toMatchObject({
    kind: 'accepted',
  });
  const told = await toldIncidents(client, { fromMs: Date.parse(at(3)), toMs: Date.parse(at(7)), groupId: 'told', actorId: 'a' });
  expect(told.map(({ incident_id }) => incident_id)).toEqual([anEventId('reaches in'), anEventId('within')]);
  expect(told[0]).toMatchObject({
    first_time: at(1),
    last_time: at(4),
    patients: 12_000_000_000,
    rule_matches: [{ value: 40, first_fired: at(3) }],
  });
  const everywhere = await toldIncidents(client, { fromMs: Date.parse(at(3)), toMs: Date.parse(at(7)) });
  expect(everywhere.filter(({ group_id }) => group_id.startsWith('told'))).toHaveLength(4);
});

function at(hour: number): string {
  return `2031-02-03T0${hour}:00:00.000Z`;
}

function aChange(name: string, given: Partial<IncidentChange>): IncidentChange {
  return incidentChange.parse({
    incident_id: anEventId(name),
    group_id: 'told',
    subject_kind: 'account',
    actor_id: 'a',
    accounts: [],
    account_count: 1,
    state: 'open',
    first_time: at(4),
    last_time: at(5),
    detected_at: at(5),
    patients: 40,
    patients_at_firing: 40,
    patients_at_detection: 40,
    clinics: ['c1'],
    categories: ['notes'],
    rules: ['r'],
    rule_matches: [
      {
        rule_id: 'r',
        title: 'r',
        level: 'high',
        value: 40,
        threshold: 40,
        spread: 2,
        spread_threshold: 2,
        timespan_seconds: 600,
        first_fired: at(3),
        last_fired: at(4),
      },
    ],
    rule_selections: ['0'.repeat(32)],
    selections: ['0'.repeat(32)],
    level: 'high',
    step: 40,
    found: 'live',
    late_seconds: 0,
    detection_delay_seconds: 1,
    merged_into: '',
    suppressed_by: [],
    change_type: 'incident.opened',
    change_id: anEventId(`change ${name}`),
    changed_at: at(5),
    version: 1,
    received_at: at(5),
    ...given,
  });
}
