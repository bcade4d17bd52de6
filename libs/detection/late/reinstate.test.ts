import { describe, expect, it } from '@jest/globals';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Engine } from '../engine.js';
import { test } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';

const hour = 3_600_000;

describe('an incident that an engine has found again, and that was told by more changes before', () => {
  it('is told anew where it says something else, by a version above all that were told', () => {
    const { engine, told } = began();
    const before = { ...told, patients: 2, version: told.version + 2 };
    reinstate(engine, before);
    expect(engine.takeChanges({ includeUpdates: true })).toMatchObject([
      { incident_id: told.incident_id, change_type: 'incident.updated', patients: 3, version: before.version + 1 },
    ]);
  });

  it('is not told where it says the same, and goes on by versions above all that were told', () => {
    const { engine, told } = began();
    const before = { ...told, version: told.version + 2 };
    reinstate(engine, before);
    expect(engine.takeChanges({ includeUpdates: true })).toEqual([]);
    engine.idle(48 * hour, aMonday);
    expect(engine.takeChanges({ includeUpdates: true })).toMatchObject([
      { change_type: 'incident.closed', version: before.version + 1 },
    ]);
  });
});

function began(): { readonly engine: Engine; readonly told: IncidentChange } {
  const selection = selectionOf(test({ kind: 'present', field: 'patient_id' }));
  const engine = new Engine({ rules: [aRule({ id: 'many', atLeast: 3, selection })], quietMs: 24 * hour, allowedLatenessMs: 0 });
  const rows = [1, 2, 3].map((n) => anAccessRow({ patient_id: aPatient(n), event_id: anEventId(n) }));
  engine.apply({ offset: 7, bytes: Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')) }, aMonday);
  const [told] = engine.takeChanges({ includeUpdates: true });
  if (!told) throw new Error('nothing was told');
  return { engine, told };
}

function reinstate(engine: Engine, change: IncidentChange): void {
  for (const _ of engine.reinstating([{ id: change.incident_id, change, closings: 0 }], []));
}
