import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { AccountDay, Habits } from '#libs/habits/seams.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Engine } from './engine.js';
import type { Rule } from './rule/rule.js';
import { test as match } from './rules/match/match.js';
import { selectionOf } from './rules/match/selection.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const base = Date.parse('2026-03-02T00:00:00.000Z');

const least: Pick<Habits, 'dayOf' | 'startOf' | 'least'> = {
  dayOf: (_, time) => Math.floor(time / day),
  startOf: (_, number) => number * day,
  least: ({ floor }, _, key) => floor + (key.endsWith('0') ? 0 : 3),
};
/** No day is evidence of anything, whatever it holds: nothing is noted of it until it ends. */
const boundless: Habits = { ...least, evidence: () => 0 };
/** No day that is lived is, but one might be: what it holds is noted all the time. */
const noted: Habits = {
  ...least,
  evidence: (_, __, ___, most) => Object.values(most).reduce((sum, count) => sum + count, 0) / 1e9,
};

const read = selectionOf(match({ kind: 'present', field: 'patient_id' }));
const emergency = selectionOf(match({ kind: 'truth', field: 'emergency', value: true }));
const rules: readonly Rule[] = [
  usual({ id: 'all 10m', selection: read, timespanMs: 10 * minute, atLeast: 6 }),
  usual({ id: 'all 24h', selection: read, timespanMs: day, atLeast: 20 }),
  usual({ id: 'all 72h', selection: read, timespanMs: 3 * day, atLeast: 26 }),
  usual({ id: 'emergency 1h', selection: emergency, timespanMs: hour, atLeast: 3 }),
  usual({ id: 'clinics', selection: emergency, timespanMs: day, atLeast: 8, spread: { field: 'clinic_id', atLeast: 2 } }),
  { ...aRule({ id: 'days', selection: read, timespanMs: day, atLeast: 1 }), habitDays: true },
];

interface Access {
  readonly account: number;
  readonly patient: number;
  readonly minutes: number;
  readonly late: number;
  readonly emergency: boolean;
}
const access: fc.Arbitrary<Access> = fc.record({
  account: fc.nat(2),
  patient: fc.nat(30),
  minutes: fc.oneof(fc.nat(5 * 1_440), fc.nat(30)),
  late: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(12) }),
  emergency: fc.boolean(),
});

describe('days of which nothing is noted while they last', () => {
  it('are told and given as those that are noted', () => {
    const seen = { told: 0, given: 0 };
    fc.assert(
      fc.property(fc.array(access, { minLength: 100, maxLength: 250 }), fc.integer({ min: 1, max: 40 }), (accesses, perFrame) => {
        const rows = accesses.map(rowOf).toSorted((a, b) => (a.received_at < b.received_at ? -1 : 1));
        const wanted = play(rows, perFrame, noted);
        expect(play(rows, perFrame, boundless)).toEqual(wanted);
        seen.told += wanted.told.length;
        seen.given += wanted.given.size;
      }),
      { numRuns: 60, seed: 20_261_130 },
    );
    expect(seen.told).toBeGreaterThan(60);
    expect(seen.given).toBeGreaterThan(600);
  });

  it('take less than two thirds of the memory', () => {
    const many = Array.from({ length: 12 }, (_, n) =>
      usual({ id: `usual ${n}`, selection: read, timespanMs: (n + 1) * hour, atLeast: 10 + n }),
    );
    const rows = Array.from({ length: 2_000 }, (_, n) => ({
      ...rowOf({ account: n, patient: n, minutes: 600, late: 0, emergency: false }, n),
    }));
    const [none, some, all] = [undefined, boundless, noted].map((habits) => {
      const engine = engineOf([...many, ...rules], habits);
      engine.apply({ offset: 0, bytes: frameOf(rows) }, base);
      return engine.stats().bytes;
    });
    if (none === undefined || some === undefined || all === undefined) throw new Error('an engine has no figures');
    expect(3 * (some - none)).toBeLessThan(2 * (all - none));
  });
});

/** Every change that is told, and the days as they were given last. */
function play(rows: readonly AccessRow[], perFrame: number, habits: Habits) {
  const engine = engineOf(rules, habits);
  const told: unknown[] = [];
  const given = new Map<string, AccountDay>();
  const take = (): void => {
    told.push(...engine.takeChanges({ includeUpdates: false }));
    for (const one of engine.takeDays(1_000)) given.set(`${one.key} ${one.day}`, one);
  };
  const last = rowOf({ account: 9, patient: 1, minutes: 9 * 1_440, late: 0, emergency: false }, rows.length);
  for (let at = 0; at < rows.length; at += perFrame) {
    engine.apply({ offset: at, bytes: frameOf(rows.slice(at, at + perFrame)) }, base);
    take();
  }
  engine.apply({ offset: rows.length, bytes: frameOf([last]) }, base);
  take();
  return { told, given };
}

function engineOf(of: readonly Rule[], habits: Habits | undefined): Engine {
  return new Engine({ rules: of, quietMs: hour, allowedLatenessMs: 30 * minute, ...(habits && { habits }) });
}

function usual(given: Parameters<typeof aRule>[0]): Rule {
  return { ...aRule({ ...given, title: given.id ?? '' }), habit: { weight: 0.1, scale: 'volume' } };
}

function rowOf({ account, patient, minutes, late, emergency: isEmergency }: Access, index: number): AccessRow {
  const [time, received] = [0, late].map((more) => new Date(base + (minutes + more) * minute + index).toISOString());
  return anAccessRow({
    time: time ?? '',
    received_at: received ?? '',
    event_id: anEventId(index),
    actor_id: `account ${account}`,
    patient_id: aPatient(patient),
    clinic_id: `75030101${patient % 3}`,
    emergency: isEmergency,
    actor_role: 'nurse',
  });
}

function frameOf(rows: readonly AccessRow[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
