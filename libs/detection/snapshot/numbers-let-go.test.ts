import { describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Engine } from '../engine.js';
import type { Selection } from '../rule/rule.js';

const minute = 60_000;
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const options = { quietMs: 60 * minute, allowedLatenessMs: minute, forgetAfterMs: 0 };
const spread = { field: 'patient_id', atLeast: 3 } as const;

describe('values that are counted once and never again', () => {
  it('leave nothing behind, however many patients a rule spreads over', () => {
    const engine = new Engine({ ...options, rules: [aRule({ selection, field: ['event_id'], atLeast: 3, spread })] });
    take(engine, 0, 20_000, (n) => ({ patient_id: aPatient(n), time: aMonday + n }));
    const full = sizes(engine);
    take(engine, 20_000, 20_001, (n) => ({ patient_id: aPatient(n), time: aMonday + 400 * 86_400_000 }));
    const after = sizes(engine);
    expect(full.all).toBeGreaterThan(20_000 * 40);
    expect(full.header).toBeLessThan(4_000);
    expect(after).toEqual({ header: expect.any(Number), all: expect.any(Number) });
    expect(after.header).toBeLessThan(4_000);
  });

  it('are counted exactly while they are held: two patients are not three, whatever texts they have', () => {
    const engine = new Engine({ ...options, rules: [aRule({ selection, field: ['event_id'], atLeast: 3, spread })] });
    take(engine, 0, 10, (n) => ({ patient_id: aPatient(n % 2), time: aMonday + n }));
    expect(engine.takeChanges({ includeUpdates: false })).toEqual([]);
    take(engine, 10, 11, (n) => ({ patient_id: aPatient(n), time: aMonday + n }));
    expect(engine.takeChanges({ includeUpdates: false })).toMatchObject([{ rule_matches: [{ spread: 3, value: 11 }] }]);
  });

  it('leave nothing behind where they are clinics that go by, while what is held goes on', () => {
    const many = 140_000;
    const rules = [
      aRule({ id: 'slow', selection, atLeast: 6, spread: { field: 'clinic_id', atLeast: 2 }, timespanMs: 12 * 60 * minute }),
    ];
    const engine = new Engine({ ...options, rules });
    take(engine, 0, 5, (n) => ({ ...slow(n), time: aMonday + n }));
    const step = (4 * 60 * minute) / many;
    take(engine, 5, many, (n) => ({
      patient_id: aPatient(n % 5),
      clinic_id: `c${n}`,
      actor_id: `a${n}`,
      time: aMonday + n * step,
      action: 'print',
    }));
    expect(sizes(engine).header).toBeLessThan(500_000);
    take(engine, many, many + 1, (n) => ({ ...slow(n), time: aMonday + 5 * 60 * minute }));
    expect(engine.takeChanges({ includeUpdates: false })).toMatchObject([
      { actor_id: 'slow', patients: 6, clinics: ['s0', 's1'], rule_matches: [{ spread: 2, value: 6 }] },
    ]);
  });

  it('leave nothing behind where they are clinics of one account that goes through them, each counted for a while', () => {
    const engine = new Engine({ ...options, rules: [aRule({ selection, atLeast: 6 })] });
    take(engine, 0, 140_000, (n) => ({ patient_id: aPatient(n % 5), clinic_id: `c${n}`, time: aMonday + n * minute }));
    expect(engine.stats().pairs).toBeLessThan(1_000);
    expect(sizes(engine).header).toBeLessThan(500_000);
  });
});

function slow(n: number): Pick<AccessRow, 'patient_id' | 'clinic_id' | 'actor_id'> {
  return { patient_id: aPatient(`slow ${n}`), clinic_id: `s${n % 2}`, actor_id: 'slow' };
}

function take(
  engine: Engine,
  from: number,
  to: number,
  row: (n: number) => Partial<Omit<AccessRow, 'time'>> & { readonly time: number },
): void {
  for (let at = from; at < to; at += 1_000) {
    const rows = Array.from({ length: Math.min(1_000, to - at) }, (_, n) => row(at + n));
    const lines = rows.map(({ time, ...given }, n) => {
      const iso = new Date(time).toISOString();
      return `${JSON.stringify(anAccessRow({ ...given, time: iso, received_at: iso, event_id: anEventId(at + n) }))}\n`;
    });
    engine.apply({ offset: at, bytes: Buffer.from(lines.join('')) }, 0);
  }
}

function sizes(engine: Engine): { readonly header: number; readonly all: number } {
  const pieces = [...engine.snapshot()];
  return { header: pieces[0]?.length ?? 0, all: pieces.reduce((sum, { length }) => sum + length, 0) };
}
