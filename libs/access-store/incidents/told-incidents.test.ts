import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
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
    toldChange('before', { first_time: at(1), last_time: at(2) }),
    toldChange('reaches in', { first_time: at(1), last_time: at(4), patients: 12_000_000_000 }),
    toldChange('within', { state: 'closed', change_type: 'incident.closed' }),
    toldChange('merged', { state: 'merged', change_type: 'incident.merged' }),
    toldChange('withdrawn', { state: 'withdrawn', change_type: 'incident.withdrawn' }),
    toldChange('suppressed', { state: 'suppressed', change_type: 'incident.suppressed', suppressed_by: ['x'] }),
    toldChange('another account', { actor_id: 'b' }),
    toldChange('another group', { group_id: 'told, other' }),
    toldChange('after', { first_time: at(7), last_time: at(8) }),
  ];
  const bytes = Buffer.from(changes.map((change) => `${JSON.stringify(change)}\n`).join(''));
  expect(await new ClickHouseStore(client, systemClock).insert('incident_changes', bytes, changes.length, 'told')).toMatchObject({
    kind: 'accepted',
  });
  const told = await toldIncidents(client, { fromMs: Date.parse(at(3)), toMs: Date.parse(at(7)), groupId: 'told', actorId: 'a' });
  expect(told.map(({ incident_id }) => incident_id)).toEqual([anIncidentId('reaches in'), anIncidentId('within')]);
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

function toldChange(name: string, given: Partial<IncidentChange>): IncidentChange {
  const fired = { rule_id: 'r', title: 'r', level: 'high', value: 40, threshold: 40, spread: 2, spread_threshold: 2 } as const;
  return aChange(name, 1, {
    group_id: 'told',
    actor_id: 'a',
    first_time: at(4),
    last_time: at(5),
    detected_at: at(5),
    clinics: ['c1'],
    categories: ['notes'],
    rules: ['r'],
    rule_matches: [{ ...fired, timespan_seconds: 600, first_fired: at(3), last_fired: at(4) }],
    selections: ['0'.repeat(32)],
    changed_at: at(5),
    received_at: at(5),
    ...given,
  });
}
