import { describe, expect, it } from '@jest/globals';
import { CaseBook } from '#libs/cases/case-book.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseText, takeCase } from './demo-case.js';
import { dossierText, makeDossier } from './demo-dossier.js';

const id = anIncidentId('a');

describe('the case at the end of the demonstration', () => {
  it.each([
    [0, 'told once'],
    [3, 'told once'],
    [1_000, 'not told yet'],
  ])('is taken once somebody was told, after %d looks, and says how it is looked at', async (after, expected) => {
    const { client, clock } = aConsole(after);
    const taking = takeCase(client, id, { clock, owner: 'dev', signal: new AbortController().signal });
    await clock.advance(120_000);
    const text = caseText(await taking, 'VIGIE_DATA_DIR=data/demo ');
    expect(text).toContain(`${id.slice(0, 8)}  ${expected}, acknowledged, taken by dev`);
    expect(text).toContain(`VIGIE_DATA_DIR=data/demo npx vigie dossier figures ${id.slice(0, 8)}`);
  });
});

describe('the dossier at the end of the demonstration', () => {
  it('is of the controller with the most patients: said to be a breach, frozen, in a folder, and a sample of it is attributed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-demonstration-'));
    const { row } = aConsole(0);
    const done: unknown[] = [];
    const patients = Array.from({ length: 120 }, (_, n) => `${n}`.padStart(32, '0'));
    const client = {
      act: async (_id: string, body: object) => (done.push(body), { ...row(), other_clinics: 0 }),
      clinics: async () => [
        { clinic_id: 'c1', controller_id: 'nord', patients: 120 },
        { clinic_id: 'c2', controller_id: 'sud', patients: 3 },
      ],
      freeze: async (_id: string, controllerId: string) => (
        done.push(controllerId),
        { snapshot_id: 's', list_sha256: 'e'.repeat(64), patients: 120, exposed: 118 }
      ),
      file: async (_id: string, name: string) =>
        Buffer.from(name === 'patients.csv' ? `clinic_id,patient_id\n${patients.map((one) => `c1,${one}\n`).join('')}` : name),
      leak: async (question: object) => (
        done.push(question),
        {
          leak_id: 'l',
          verdict: 'named',
          findings: [
            { kind: 'period', actor_id: 'thief', share: 0.98, support: 'very strong' },
            { kind: 'day', actor_id: 'thief', share: 1, support: 'very strong' },
          ],
          controls: { samples: 200, named: 1 },
        }
      ),
    };
    const made = await makeDossier(
      client,
      { ...row(), other_clinics: 0 },
      { clock: new FakeClock(Date.parse(atMinute(5))), folder },
    );
    expect(done).toMatchObject([
      { type: 'breach.qualified', controller_id: 'nord', is_breach: true, aware_at: atMinute(5) },
      'nord',
      { group_id: 'aleo', patients: { length: 50 } },
    ]);
    expect(
      ['cnil.pdf', 'letter.fr.docx', 'patients-nord.csv', 'sample.txt'].filter((name) => !existsSync(join(folder, name))),
    ).toEqual([]);
    expect(new Set(readFileSync(join(folder, 'sample.txt'), 'utf8').trim().split('\n')).size).toBe(50);
    const text = dossierText(made, { ...row(), other_clinics: 0 }, 'npx vigie');
    expect(text).toContain('frozen: 120 patients, 118 exposed');
    expect(text).toContain(
      'Whose leak are 50 of these patients? thief (98 %, very strong); of 200 random samples 1 would name somebody.',
    );
    rmSync(folder, { recursive: true });
  });
});

/** A console that knows of a delivered message after so many looks. */
function aConsole(after: number) {
  const clock = new FakeClock(Date.parse(atMinute(2)));
  const book = new CaseBook();
  book.addChange(aChange('a', 1));
  const row = () => {
    const found = book.caseOf(id, clock.now());
    if (!found) throw new Error('no case');
    return found.row;
  };
  let looks = 0;
  const client = {
    show: async () => ({ case: { ...row(), other_clinics: 0 } }),
    notifications: async () =>
      looks++ < after ? [{ kind: '', outcome: 'delivered' }] : [{ kind: 'opening', outcome: 'delivered' }],
    act: async () => {
      book.addAction(anAction('a', 2, { type: 'case.assigned', owner: 'dev' }));
      return { ...row(), other_clinics: 0 };
    },
  };
  return { client, clock, row };
}
