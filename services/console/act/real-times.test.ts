import { describe, expect, it } from '@jest/globals';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { tell } from '../console-log.fixture.js';
import { SharedLog } from '../console.fixture.js';

const id = anIncidentId('a');

describe('times that no calendar has', () => {
  const shared = new SharedLog();

  it.each(['2026-13-01T00:00:00.000Z', '2026-11-31T00:00:00.000Z', '2026-02-30T10:00:00.000Z', '2026-12-01T25:00:00.000Z'])(
    'are refused of whatever somebody does: %s',
    async (time) => {
      await tell(shared.log, aChange('a', 1, {}));
      const one = await shared.start();
      const bodies: readonly object[] = [
        { type: 'case.held', until: time, reason: 'waits for the ward' },
        { type: 'case.measure', kind: 'containment', taken_at: time, text: 'disabled' },
        {
          type: 'breach.qualified',
          controller_id: '750300123',
          is_breach: true,
          aware_at: time,
          risk: 'high',
          reason: 'read by a stranger',
        },
      ];
      for (const [n, body] of bodies.entries()) {
        const asked = await one.act(id, body, `time-${n}`);
        expect([asked.status, asked.body['error']]).toEqual([422, 'unfit_action']);
      }
      expect((await one.get('/v1/cases')).body).toMatchObject({ cases: [{ status: 'new', on_hold_until: null }] });
      const mute = { group_id: 'aleo', ends_at: time, owner: 'a.durand', reason: 'maintenance' };
      expect(await one.ask('POST', '/v1/mutes', 'a.durand', mute, { 'idempotency-key': 'm' })).toMatchObject({
        status: 422,
        body: { error: 'unfit_mute' },
      });
      for (const path of [`/v1/cases?from=${time}`, `/v1/audit?from=${time}`, `/v1/oncall?at=${time}`])
        expect([path, (await one.get(path)).status]).toEqual([path, 422]);
    },
  );

  it('are told from instants as programs write them, with a zone of their own', async () => {
    await tell(shared.log, aChange('a', 1, {}));
    const one = await shared.start();
    const { opened_at } = ((await one.get('/v1/cases')).body['cases'] as readonly { readonly opened_at: string }[])[0] ?? {
      opened_at: '',
    };
    const inParis = `${new Date(Date.parse(opened_at) + 3_600_000).toISOString().slice(0, 19)}%2B01:00`;
    const shown = async (filter: string) =>
      ((await one.get(`/v1/cases?${filter}`)).body['cases'] as readonly object[] | undefined)?.length;
    expect([
      await shown(`from=${inParis}`),
      await shown(`to=${inParis}`),
      await shown('from=2020-01-01T00:00:00Z'),
      await shown('from=2026-11-30'),
    ]).toEqual([1, 0, 1, undefined]);
  });
});
