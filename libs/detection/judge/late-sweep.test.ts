import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Engine } from '../engine.js';
import { test } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';

const selection = selectionOf(test({ kind: 'glob', field: 'action', parts: [{ literal: 'read' }], cased: false }));
const rules = [
  aRule({ id: 'threshold', selection, timespanMs: 4, atLeast: 12 }),
  aRule({ id: 'longer', selection, timespanMs: 20, atLeast: 40 }),
  aRule({ id: 'spread', selection, timespanMs: 4, atLeast: 9, spread: { field: 'clinic_id', atLeast: 2 } }),
];

/** An event over some patients. */
const event = fc.record({ time: fc.nat(9), clinic: fc.nat(1), from: fc.nat(12), patients: fc.integer({ min: 1, max: 16 }) });

it('finds the same of events over many patients, in whatever order they come, and in frames of any size', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 2, maxLength: 9 }), fc.integer({ min: 1, max: 20 }), (events, perFrame) => {
      const rows = events.flatMap(rowsOf);
      const inOrder = rows.toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
      expect(found(rows, perFrame)).toEqual(found(inOrder, 1000));
    }),
    { numRuns: 400 },
  );
});

function rowsOf(
  { time, clinic, from, patients }: typeof event extends fc.Arbitrary<infer One> ? One : never,
  n: number,
): readonly AccessRow[] {
  const at = new Date(aMonday + time).toISOString();
  return Array.from({ length: patients }, (_, patient) =>
    anAccessRow({
      time: at,
      received_at: at,
      clinic_id: `99000000${clinic}`,
      patient_id: aPatient(from + patient),
      event_id: anEventId(n),
    }),
  );
}

/** What the incidents hold in the end, but for what depends on the order of arrival. */
function found(rows: readonly AccessRow[], perFrame: number): readonly unknown[] {
  const engine = new Engine({ rules, quietMs: 3_600_000, allowedLatenessMs: 900_000 });
  const incidents = new Map<string, IncidentChange>();
  for (let offset = 0; offset * perFrame < rows.length; offset += 1) {
    const lines = rows.slice(offset * perFrame, (offset + 1) * perFrame).map((row) => `${JSON.stringify(row)}\n`);
    engine.apply({ offset, bytes: Buffer.from(lines.join('')) }, aMonday);
    for (const change of engine.takeChanges({ includeUpdates: true })) incidents.set(change.incident_id, change);
  }
  return [...incidents.values()].map(({ first_time, last_time, patients, patients_at_firing, rule_matches, clinics }) => ({
    first_time,
    last_time,
    patients,
    patients_at_firing,
    rule_matches,
    clinics: clinics.toSorted(),
  }));
}
