import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { Engine } from '../engine.js';
import { FrameScanner } from '../scan/frame-scanner.js';
import { noShape, ScannedRow } from '../scan/scanned-row.js';
import { test } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';

const minute = 60_000;
const selection = selectionOf(test({ kind: 'present', field: 'patient_id' }));
const options = {
  rules: [
    aRule({ id: 'addresses', selection, by: ['session_id'], field: ['source_ip'], atLeast: 2, timespanMs: 30 * minute }),
    aRule({ id: 'several', selection, by: ['session_id'], field: ['source_ip'], atLeast: 3, timespanMs: 90 * minute }),
    aRule({ id: 'applications', selection, by: ['device'], field: ['application'], atLeast: 2, timespanMs: 10 * minute }),
    aRule({ id: 'patients', selection, atLeast: 12, timespanMs: 60 * minute }),
  ],
  quietMs: 120 * minute,
  allowedLatenessMs: 15 * minute,
};

describe('accesses of a session', () => {
  it('come to the same whether rows have a shape or are looked at field by field', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 250 }), fc.integer({ min: 1, max: 20 }), (steps, size) => {
        const engines = [new Engine(options), new Engine(options), new Engine(options)];
        const written = [asItIs, (row: AccessRow, n: number) => (n % 3 === 0 ? unshaped(row) : row), unshaped];
        const rows = rowsOf(steps);
        for (let at = 0; at < rows.length; at += size) {
          const given = rows.slice(at, at + size);
          const [quick, ...others] = engines.map((engine, way) => {
            engine.apply({ offset: at, bytes: frameOf(given.map(written[way] ?? asItIs)) }, aMonday);
            return { told: engine.takeChanges({ includeUpdates: true }), entries: engine.stats().entries };
          });
          for (const other of others) expect(other).toEqual(quick);
        }
        const [quick, ...others] = engines.map((engine) => engine.explain('aleo', 'a'));
        for (const other of others) expect(other).toEqual(quick);
      }),
      { numRuns: casesOf(150, 3_000) },
    );
  });

  it('of the twin have no shape', () => {
    const row = new ScannedRow();
    new FrameScanner(frameOf([unshaped(anAccessRow())])).next(row);
    expect(row.shape).toBe(noShape);
  });
});

interface Step {
  readonly actor: string;
  readonly session: string;
  readonly address: number;
  readonly device: string;
  readonly application: number;
  readonly patient: number;
  /** Milliseconds after the one before; below 0 it comes late. */
  readonly after: number;
}

/** Mostly one session from one address, and now and then whatever else there is. */
const step: fc.Arbitrary<Step> = fc.record({
  actor: fc.constantFrom('a', 'a', 'a', 'b'),
  session: fc.constantFrom('s1', 's1', 's1', 's2', 'a-session-with-a-name-of-more-than-36-bytes', ''),
  address: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 3),
  device: fc.constantFrom('', 'd1', 'd1', 'd2'),
  application: fc.constantFrom(1, 1, 1, 1, 2),
  patient: fc.nat(15),
  after: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 * minute }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 10 * minute, 30 * minute, 90 * minute, 200 * minute, -minute, -20 * minute) },
  ),
});

function rowsOf(steps: readonly Step[]): readonly AccessRow[] {
  let time = aMonday;
  return steps.map(({ actor, session, address, device, application, patient, after }, n) => {
    time += after;
    return anAccessRow({
      time: new Date(time).toISOString(),
      received_at: new Date(time).toISOString(),
      group_id: 'aleo',
      actor_id: actor,
      patient_id: aPatient(patient),
      event_id: anEventId(n),
      source_ip: `10.0.0.${address}`,
      application: `application ${application}`,
      ...(session && { session_id: session }),
      ...(device && { device }),
    });
  });
}

function frameOf(rows: readonly (AccessRow | string)[]): Buffer {
  return Buffer.from(rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
}

function asItIs(row: AccessRow): AccessRow {
  return row;
}

/** The same row as whoever escapes a letter writes it, which the program of the scan leaves to its plain twin. */
function unshaped(row: AccessRow): string {
  return JSON.stringify({ ...row, user_agent: 'u' }).replace('"user_agent":"u"', String.raw`"user_agent":"\u0075"`);
}
