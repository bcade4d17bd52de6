import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { CaseBook } from '#libs/cases/case-book.js';
import { type NotificationRow, notificationRow } from '#libs/contracts/notification-row.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anEventId } from '#libs/testkit/builders.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { toldChanges } from './told-changes.js';
import { toldSends } from './told-sends.js';

let client: ClickHouseClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
});
afterAll(() => end());

const days = 24 * 60;

it('what receivers have of cases is what was delivered lately, and whatever they were told of a case that was open since', async () => {
  const book = new CaseBook();
  for (const name of ['open', 'over', 'late', 'joins']) book.addChange(aChange(name, 1));
  book.addAction(anAction('open', 2, { type: 'case.linked', incident_ids: [anIncidentId('joins')] }));
  book.addAction(anAction('over', 3, { type: 'case.resolved', verdict: 'test', reason: 'a drill' }));
  book.addAction(anAction('late', 9 * days, { type: 'case.resolved', verdict: 'test', reason: 'a drill' }));
  await put('case_states', book.states(Date.parse(atMinute(10 * days))));
  const kinds = ['delivered', 'failed', 'refused', 'expired', 'muted', 'superseded'] as const;
  await put('notifications', [
    ...kinds.map((outcome) => aRow('over', `lately ${outcome}`, 8 * days, { outcome })),
    aRow('over', 'lately a change', 8 * days, { kind: '' }),
    aRow('over', 'lately', 8 * days, { endpoint: 'chat' }),
    ...['open', 'over', 'late', 'joins'].map((name) => aRow(name, `long ago ${name}`, 1)),
    aRow('open', 'long ago in vain', 1, { outcome: 'superseded' }),
  ]);
  const told = await toldSends(client, atMinute(3 * days));
  expect(told.map(({ receiver, send_id }) => `${receiver} ${send_id}`).toSorted()).toEqual(
    ['soc lately delivered', 'chat lately', 'soc long ago open', 'soc long ago late', 'soc long ago joins']
      .map((one) => one.replace(/ (.*)/, (_all, name: string) => ` ${anEventId(name)}`))
      .toSorted(),
  );
});

it('changes of incidents that a receiver has are the newest that were delivered to it, whichever notifier told them', async () => {
  const kinds = ['delivered', 'failed', 'refused', 'expired'] as const;
  await put('notifications', [
    ...kinds.map((outcome) => aRow('told', `told ${outcome}`, 9 * days, { kind: '', endpoint: 'pager', outcome })),
    ...[1, 8, 9, 10].map((day) => aRow('told', `told on ${day}`, day * days, { kind: '', endpoint: 'pager' })),
    aRow('told', 'told another', 9 * days, { kind: '', endpoint: 'mail' }),
    aRow('told', 'a case', 9 * days, { endpoint: 'pager' }),
  ]);
  const ask = (limit: number) => toldChanges(client, { endpoint: 'pager', since: atMinute(3 * days), limit });
  const all = await ask(100);
  expect([all[0], all.at(-1)]).toEqual([anEventId('told on 8'), anEventId('told on 10')]);
  expect(all.toSorted()).toEqual(['told delivered', 'told on 8', 'told on 9', 'told on 10'].map(anEventId).toSorted());
  expect(await ask(1)).toEqual([anEventId('told on 10')]);
});

function aRow(name: string, send: string, minute: number, given: Partial<NotificationRow> = {}): NotificationRow {
  return notificationRow.parse({
    change_id: anEventId(send),
    incident_id: anIncidentId(name),
    change_type: '',
    kind: 'opening',
    endpoint: 'soc',
    attempt: 1,
    outcome: 'delivered',
    status: 204,
    reason: '',
    at: atMinute(minute),
    delay_seconds: 1,
    ...given,
  });
}

async function put(table: 'case_states' | 'notifications', rows: readonly object[]): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const outcome = await new ClickHouseStore(client, systemClock).insert(
    table,
    bytes,
    rows.length,
    `told-sends-${table}-${rows.length}`,
  );
  expect(outcome.kind).toBe('accepted');
}
