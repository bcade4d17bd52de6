import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { PatientsListed } from '#libs/access-store/together/some-patients.js';
import { silentLog } from '#libs/runtime/log.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { tell } from '../console-log.fixture.js';
import { type RunningConsole, SharedLog } from '../console.fixture.js';
import { OpenPatients } from './open-patients.js';

const people = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `p${from + n}`);

const figureOf = async (one: RunningConsole) => (await one.get('/v1/summary')).body['patients'];

describe('the patients of all open cases', () => {
  const shared = new SharedLog();

  it('are each one person, however many cases they are in, once the store has counted them', async () => {
    await tell(shared.log, aChange('a', 1), aChange('b', 1, { actor_id: 'nurse.2' }));
    const one = await shared.start();
    one.patients.listed.set(anIncidentId('a'), people(0, 40)).set(anIncidentId('b'), people(30, 70));
    expect(await figureOf(one)).toMatchObject({ open: 80, open_settled: false });
    await one.openPatients.asked();
    expect(await figureOf(one)).toMatchObject({ open: 70, open_settled: true });
    // One of them grows, by whom the store has not yet.
    await tell(shared.log, aChange('b', 2, { actor_id: 'nurse.2', patients: 45 }));
    await one.pipeline.readToEnd();
    expect(await figureOf(one)).toMatchObject({ open: 75, open_settled: false });
    one.patients.listed.set(anIncidentId('b'), people(25, 70));
    one.wait(60_000);
    // A clock that is set back meanwhile, or forward while the store counts, is no pause of hours.
    one.setClock(-3_600_000);
    await figureOf(one);
    one.setClock(3_600_000);
    await one.openPatients.asked();
    expect(await figureOf(one)).toMatchObject({ open: 70, open_settled: true });
    await tell(shared.log, aChange('b', 3, { actor_id: 'nurse.2', patients: 46 }));
    one.patients.listed.set(anIncidentId('b'), people(24, 70));
    await one.pipeline.readToEnd();
    one.wait(60_000);
    await figureOf(one);
    await one.openPatients.asked();
    expect(await figureOf(one)).toMatchObject({ open: 70, open_settled: true });
  });

  it('are those of a case alone where it is the only one, which no store need be asked', async () => {
    await tell(shared.log, aChange('a', 1), aChange('n', 1, { actor_id: 'nurse.2', patients: 0 }));
    const one = await shared.start();
    one.patients.away = true;
    expect(await figureOf(one)).toMatchObject({ open: 40, open_settled: true });
  });

  it('are at most their sum while the store is away', async () => {
    await tell(shared.log, aChange('a', 1), aChange('b', 1, { actor_id: 'nurse.2' }));
    const one = await shared.start();
    one.patients.away = true;
    await figureOf(one);
    await one.openPatients.asked();
    expect(await figureOf(one)).toMatchObject({ open: 80, open_settled: false });
  });

  it('are never more than is said, and as many where it is settled, however lists and figures follow each other', async () => {
    const world = fc.array(
      fc.record({ incident: fc.nat(3), person: fc.nat(9), what: fc.constantFrom('told', 'stored', 'asked', 'over' as const) }),
      { minLength: 5, maxLength: 40 },
    );
    const held = { settled: 0, open: 0 };
    await fc.assert(
      fc.asyncProperty(world, async (steps) => {
        // The truth, what was told of it, and what the store has of it.
        const [truth, stored] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
        const told = new Map<string, number>();
        const ended = [0, 0, 0, 0];
        let now = 0;
        const counted = new OpenPatients(async (ids) => listOf(stored, ids), { clock: { monotonic: () => now }, log: silentLog });
        for (const { incident, person, what } of steps) {
          const id = `i${incident} ${ended[incident]}`;
          truth.set(id, (truth.get(id) ?? new Set()).add(`p${person}`));
          if (what === 'stored') for (const [key, all] of truth) stored.set(key, new Set(all));
          else if (what === 'over') {
            for (const map of [truth, stored, told]) map.delete(id);
            ended[incident] = (ended[incident] ?? 0) + 1;
          }
          if (what !== 'over') for (const [key, all] of truth) told.set(key, all.size);
          now += 600_000;
          const cases = [...told].map(([incident_id, patients]) => ({
            patients,
            isSettled: true,
            incidents: [{ incident_id, patients }],
          }));
          counted.of('*', cases);
          if (what === 'asked') await counted.asked();
          const { patients, isSettled } = counted.of('*', cases);
          const real = new Set([...truth.values()].flatMap((all) => [...all])).size;
          expect({ patients: isSettled ? patients : Math.max(patients, real), isSettled }).toEqual({
            patients: isSettled ? real : patients,
            isSettled,
          });
          held[isSettled ? 'settled' : 'open'] += 1;
        }
      }),
      { numRuns: casesOf(200, 5_000), seed: 5 },
    );
    expect(Math.min(held.settled, held.open)).toBeGreaterThan(100);
  });
});

function listOf(stored: ReadonlyMap<string, ReadonlySet<string>>, ids: readonly string[]): PatientsListed {
  const each = new Map(ids.flatMap((id) => (stored.has(id) ? [[id, stored.get(id)?.size ?? 0]] : [])));
  return { total: new Set(ids.flatMap((id) => [...(stored.get(id) ?? [])])).size, each };
}
