import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { aRule } from '#libs/testkit/a-rule.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { threeRules, threeRulesOptions } from '../packs/three-rules.js';
import { ordinaryDay } from '../rows/ordinary-day.js';
import { exactWindows, matchesOf } from './c-program.js';

const hasCompiler = spawnSync('cc', ['--version']).status === 0;
const start = Date.parse('2026-03-02T08:00:00Z');
const [first] = threeRules;
if (!first) throw new Error('the benchmarks have no rules');
const small = [3, 5, 9].map((patients, n) =>
  aRule({
    id: `w${n}`,
    selection: first.selection,
    timespanMs: [1000, 7000, 60_000][n] ?? 0,
    atLeast: patients,
    spread: { field: 'clinic_id', atLeast: 2 },
  }),
);

(hasCompiler ? describe : describe.skip)('the C program beside the scorer (needs a C compiler called cc)', () => {
  it('finds what the engine finds, over accounts whose windows hold and are left again', () => {
    const access = fc.record({
      afterMs: fc.constantFrom(0, 1, 400, 999, 1000, 3000, 30_000, 61_000),
      account: fc.nat(3),
      patient: fc.nat(11),
      clinic: fc.nat(2),
      action: fc.constantFrom('read', 'read', 'read', 'export'),
      outcome: fc.constantFrom('success', 'success', 'failure'),
    });
    fc.assert(
      fc.property(fc.array(access, { minLength: 200, maxLength: 400 }), (accesses) => {
        let time = start;
        const lines = accesses.map(({ afterMs, account, patient, clinic, action, outcome }, n) => {
          const iso = new Date((time += afterMs)).toISOString();
          const row = anAccessRow({
            time: iso,
            received_at: iso,
            actor_id: `a${account}`,
            patient_id: aPatient(patient),
            clinic_id: `c${clinic}`,
            event_id: anEventId(n),
          });
          return `${JSON.stringify({ ...row, action, outcome })}\n`;
        });
        const frames = [Buffer.from(lines.join(''))];
        const { micros: _, ...found } = ran(frames, small);
        expect(found).toEqual(matchesOf(frames, { rules: small, quietMs: 86_400_000, allowedLatenessMs: 0 }));
      }),
      { numRuns: 20 },
    );
  });

  it('finds the attackers of a day, as the benchmark gives it', () => {
    const frames = [...ordinaryDay({ accounts: 50, rows: 60_000, attackers: 2 })];
    const { micros, ...found } = ran(frames, threeRules);
    expect(found).toEqual(matchesOf(frames, threeRulesOptions));
    expect(found.matches).toBeGreaterThan(2);
    expect(micros).toBeGreaterThan(0);
  });

  it.each([
    ['an escape', '{"time":"2026-03-02T08:00:00.000Z","group_id":"g","actor_id":"a\\n"}'],
    [
      'a time of seconds',
      '{"time":"2026-03-02T08:00:00Z","group_id":"g","actor_id":"a","patient_id":"00000000000000000000000000000001","clinic_id":"c","action":"read","outcome":"success"}',
    ],
    [
      'a short pseudonym',
      '{"time":"2026-03-02T08:00:00.000Z","group_id":"g","actor_id":"a","patient_id":"1","clinic_id":"c","action":"read","outcome":"success"}',
    ],
    ['half a row', '{"time":"2026-03-02T08:00:00.000Z",'],
  ])('refuses rows with %s, and counts nothing wrong', (_, line) => {
    expect(() => ran([Buffer.from(`${line}\n`)], threeRules)).toThrow('exact-windows ended with 2');
  });
});

function ran(frames: readonly Buffer[], rules: typeof threeRules) {
  const found = exactWindows(frames, rules);
  if (typeof found === 'string') throw new Error(found);
  return found;
}
