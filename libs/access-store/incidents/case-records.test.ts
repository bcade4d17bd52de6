import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { CaseBook } from '#libs/cases/case-book.js';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import type { MuteRow } from '#libs/contracts/mute-row.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { ClickHouseMutes } from '../lists/clickhouse-mutes.js';
import { readCaseRecords } from './case-records.js';

let client: ClickHouseClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
});
afterAll(() => end());

describe('the records of a case in the store', () => {
  it('are what the log had: the same case comes of them', async () => {
    const changes = [
      aChange('a', 1),
      aChange('a', 2, { patients: 60 }),
      aChange('a', 3, { change_type: 'incident.updated', patients: 70 }),
    ];
    const bodies: readonly CaseActionBody[] = [
      { type: 'case.noted', note_id: 'a'.repeat(32), text: 'looks odd' },
      { type: 'case.assigned', owner: 'a.durand' },
      { type: 'case.verdict', verdict: 'suspicious', reason: 'at night' },
      { type: 'case.held', until: atMinute(60), reason: 'waits for the ward' },
      { type: 'breach.qualified', controller_id: '750300123', is_breach: false, risk: 'none', reason: 'it was a drill' },
      {
        type: 'dossier.sent',
        controller_id: '750300123',
        authority: 'cnil',
        phase: 'initial',
        sent_at: atMinute(3),
        reference: '',
      },
      { type: 'case.resolved', verdict: 'test', reason: 'a drill' },
    ];
    const actions = bodies.map((body, index) => anAction('a', 4 + index, body));
    const book = new CaseBook();
    for (const change of changes) book.addChange(change);
    for (const action of actions) book.addAction(action);
    await put('incident_changes', changes);
    await put('case_actions', actions);
    await put('case_states', book.states(Date.parse(atMinute(90))));
    const read = await readCaseRecords(client, anIncidentId('a').slice(0, 6));
    expect(read).toEqual({ caseIds: [anIncidentId('a')], changes, actions });
  });

  it('of an id that nobody has are none', async () => {
    expect(await readCaseRecords(client, 'ffffff')).toEqual({ caseIds: [], changes: [], actions: [] });
  });
});

describe('a mute in the store', () => {
  it('is what was put last, a removed one among them, until long after its end', async () => {
    const mutes = new ClickHouseMutes(client);
    const mute: MuteRow = {
      mute_id: 'b'.repeat(32),
      group_id: 'aleo',
      actor_id: '',
      clinic_id: '750300123',
      rule_id: '',
      level_max: 'medium',
      starts_at: atMinute(0),
      ends_at: atMinute(60),
      owner: 'it',
      reason: "l'accès de nuit",
      covers_critical: true,
      created_by: 'it',
      created_at: atMinute(0),
      removed: false,
      updated_at: atMinute(0),
    };
    await mutes.put(mute);
    expect(await mutes.endingAfter(atMinute(59))).toEqual([mute]);
    const removed = { ...mute, removed: true, updated_at: atMinute(5) };
    await mutes.put(removed);
    expect(await mutes.endingAfter(atMinute(59))).toEqual([removed]);
    expect(await mutes.endingAfter(atMinute(61))).toEqual([]);
  });
});

async function put(table: 'incident_changes' | 'case_actions' | 'case_states', rows: readonly object[]): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const outcome = await new ClickHouseStore(client, systemClock).insert(table, bytes, rows.length, `test-${table}`);
  expect(outcome.kind).toBe('accepted');
}
