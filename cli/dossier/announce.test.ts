import { expect, it } from '@jest/globals';
import { hex128Of } from '#libs/contracts/hex128.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { newLog, tell } from '#services/console/console-log.fixture.js';
import { RunningConsole } from '#services/console/console.fixture.js';
import { ConsoleClient } from '../case/console-client.js';
import { announce } from './announce.js';

it('has the case say once what was frozen, with both digests, however often it is announced', async () => {
  const log = newLog();
  await tell(log, aChange('a', 1, { changed_at: new Date(systemClock.now()).toISOString() }));
  const running = await RunningConsole.start(log, 20_011);
  await running.app.listen(0, '127.0.0.1');
  try {
    const client = new ConsoleClient(await running.app.getUrl(), 'dpo');
    const snapshot = {
      snapshot_id: hex128Of('snapshot'),
      group_id: 'helix',
      case_id: anIncidentId('a'),
      controller_id: '750300123',
      number: 1,
      kind: 'initial' as const,
      frozen_at: '2026-11-28T10:00:00.000Z',
      frozen_by: 'dpo',
      scope_version: 0,
      patients: 12,
      exposed: 10,
      per_tier: {},
      unnamed_records: 0,
      list_sha256: 'a'.repeat(64),
      manifest: '{}',
      manifest_sha256: 'b'.repeat(64),
      previous_sha256: '' as const,
    };
    for (let times = 0; times < 3; times += 1) await announce(client, snapshot);
    const { lines } = await client.timeline(snapshot.case_id);
    const frozen = lines.filter(({ what }) => what === 'dossier.frozen');
    expect(frozen).toHaveLength(1);
    expect(frozen[0]).toMatchObject({ by: 'dpo', effect: 'counted' });
    for (const digest of [snapshot.list_sha256, snapshot.manifest_sha256]) expect(JSON.stringify(frozen)).toContain(digest);
  } finally {
    await running.stop();
  }
});
