import { describe, expect, it } from '@jest/globals';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { topics } from '#libs/contracts/topics.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { tell } from '../console-log.fixture.js';
import { type RunningConsole, SharedLog } from '../console.fixture.js';
import { CaseCounter } from './count-patients.js';

const id = anIncidentId('a');
const link = { type: 'case.linked', incident_ids: [anIncidentId('b')] };

describe('the patients of linked incidents', () => {
  const shared = new SharedLog();

  it('are at most their sum until they are counted, then each of them once, by one action of two consoles', async () => {
    await tell(shared.log, aChange('a', 1), aChange('b', 1));
    const consoles = [await shared.start(), await shared.start()];
    const [first, second] = consoles;
    if (!first || !second) throw new Error('no console');
    expect((await first.act(id, link, 'one')).status).toBe(200);
    expect(await figureOf(first)).toEqual([80, false]);
    await first.app.get(CaseCounter).look();
    expect(await figureOf(first)).toEqual([80, false]);
    for (const one of consoles) [one.patients.common] = [15];
    // The store that was behind is not asked again at once.
    await first.app.get(CaseCounter).look();
    expect(await figureOf(first)).toEqual([80, false]);
    for (const one of consoles) await read(one, 1);
    first.wait(60_000);
    second.wait(60_000);
    await Promise.all(consoles.map((one) => one.app.get(CaseCounter).look()));
    for (const one of consoles) {
      await one.pipeline.readToEnd();
      expect(await figureOf(one)).toEqual([65, true]);
      const { body } = await one.get(`/v1/cases/${id}/timeline`);
      const counts = (body['lines'] as { what: string; by: string; effect: string }[]).filter(
        ({ what }) => what === 'case.counted',
      );
      expect(counts).toMatchObject([{ by: 'system', effect: 'counted', patients: 65 }]);
      expect((await one.get('/v1/cases')).body['cases']).toMatchObject([{ patients: 65, patients_settled: true }]);
    }
  });

  it('are counted again when an incident grows, and while the store is away nothing else is held up', async () => {
    await tell(shared.log, aChange('a', 1), aChange('b', 1));
    const one = await shared.start();
    one.patients.common = 40;
    await one.act(id, link, 'one');
    await one.app.get(CaseCounter).look();
    expect(await figureOf(one)).toEqual([40, true]);
    one.patients.away = true;
    await tell(shared.log, aChange('b', 2, { patients: 60 }));
    await one.pipeline.readToEnd();
    await one.app.get(CaseCounter).look();
    expect(await figureOf(one)).toEqual([60, false]);
    one.patients.away = false;
    // Nor is it by a clock that is set back meanwhile.
    one.setClock(-3_600_000);
    one.wait(60_000);
    await one.app.get(CaseCounter).look();
    expect(await figureOf(one)).toEqual([60, true]);
  });

  it('are said by nobody', async () => {
    await tell(shared.log, aChange('a', 1), aChange('b', 1));
    const one = await shared.start();
    await one.act(id, link, 'one');
    const counted = [
      { incident_id: id, patients: 40 },
      { incident_id: anIncidentId('b'), patients: 40 },
    ];
    for (const who of ['a.durand', 'dpo'])
      expect((await one.act(id, { type: 'case.counted', patients: 40, counted }, who, who)).body).toMatchObject({
        error: 'not_allowed',
      });
  });

  async function read(one: RunningConsole, actions: number): Promise<void> {
    await one.pipeline.readToEnd();
    const frames = [0, 1].flatMap((partition) => shared.log.frames({ topic: topics.actions, partition }));
    expect(frames).toHaveLength(actions);
  }
});

async function figureOf(one: RunningConsole): Promise<readonly unknown[]> {
  const { patients, patients_settled: isSettled } = (await one.get(`/v1/cases/${id}`)).body['case'] as SeenRow;
  return [patients, isSettled];
}
