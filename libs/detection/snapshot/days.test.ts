import { deserialize } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccountDay, Habits } from '#libs/habits/seams.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Engine, type EngineOptions } from '../engine.js';
import type { Selection } from '../rule/rule.js';

const minute = 60_000;
const hour = 60 * minute;
const dayMs = 3 * hour;
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const habits: Habits = {
  dayOf: (_, time) => Math.floor((time - aMonday) / dayMs),
  startOf: (_, day) => aMonday + day * dayMs,
  least: () => 5,
  evidence: (_, __, ___, most) => Object.values(most).reduce((sum, count) => sum + count, 0) / 11,
};
const usual = { weight: 1, scale: 'volume' } as const;
const rules = [
  { ...aRule({ id: 'patients', selection, timespanMs: 20 * minute }), habit: usual },
  { ...aRule({ id: 'devices', selection, by: ['clinic_id'], field: ['device'], atLeast: 2, timespanMs: hour }), habit: usual },
  { ...aRule({ id: 'days', selection, atLeast: 2, timespanMs: hour }), habitDays: true },
];
const plain: EngineOptions = { rules, quietMs: 2 * hour, allowedLatenessMs: 30 * minute };
const options: EngineOptions = { ...plain, habits };
const frames = 24;

describe('days in a snapshot that is taken while frames go on and days are given', () => {
  it('are those of its beginning: going on from it gives the days and incidents that going on without a stop gives', () => {
    fc.assert(
      fc.property(
        fc.nat(frames - 1),
        fc.array(fc.nat(2), { minLength: frames, maxLength: frames }),
        fc.nat(1e6),
        (begin, pace, seed) => {
          const engine = new Engine(options);
          const pieces: Uint8Array[] = [];
          let running: Iterator<Uint8Array> | undefined;
          const take = (count: number): void => {
            for (let n = 0; n < count && running; n += 1) {
              const next = running.next();
              if (next.done) running = undefined;
              else pieces.push(next.value);
            }
          };
          const without: unknown[] = [];
          for (let offset = 0; offset < frames; offset += 1) {
            if (offset === begin) {
              running = engine.snapshot()[Symbol.iterator]();
              take(1);
            }
            const said = saidOf(engine, offset, seed);
            if (offset >= begin) without.push(said);
            take(pace[offset] ?? 0);
          }
          take(Number.POSITIVE_INFINITY);
          const again = Engine.restore(pieces, options);
          const withIt = Array.from({ length: frames - begin }, (_, n) => saidOf(again, begin + n, seed));
          expect(withIt).toEqual(without);
          expect(lastDays(again)).toEqual(lastDays(engine));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are found out of the windows where none were counted when it was written', () => {
    const [before, after, always] = [new Engine(plain), new Engine(options), new Engine(options)];
    for (const engine of [before, always])
      for (let offset = 0; offset < 6; offset += 1) engine.apply(frameOf(offset, 7), aMonday);
    expect([...after.snapshot()].length).toBeGreaterThan(1);
    const again = Engine.restore(before.snapshot(), options);
    for (const engine of [again, always]) engine.apply(frameOf(6, 7), aMonday);
    expect(lastDays(again).map(mostOf)).toEqual(lastDays(always).map(mostOf));
  });

  it('are passed over by an engine that counts none, which writes what could be read before there were any', () => {
    const engine = new Engine(options);
    for (let offset = 0; offset < 6; offset += 1) engine.apply(frameOf(offset, 7), aMonday);
    expect(Engine.restore(engine.snapshot(), plain).takeDays()).toEqual([]);
    expect(versionOf(engine)).toBe(5);
    expect(versionOf(new Engine(plain))).toBe(3);
  });
});

/** What a frame makes an engine say. */
function saidOf(engine: Engine, offset: number, seed: number): unknown {
  engine.apply(frameOf(offset, seed), aMonday);
  const days = inOrder(engine.takeDays());
  return [
    days,
    engine
      .takeChanges({ includeUpdates: true })
      .map(({ incident_id, state, patients, rules: fired }) => [incident_id, state, patients, fired]),
  ];
}

function lastDays(engine: Engine): readonly AccountDay[] {
  engine.advance(aMonday + frames * hour, aMonday);
  return inOrder(engine.takeDays());
}

/** The header is one serialised object behind the first byte. */
function versionOf(engine: Engine): unknown {
  const [head = new Uint8Array(0)] = engine.snapshot();
  return deserialize(Buffer.from(head.subarray(1))).version;
}

function inOrder(days: readonly AccountDay[]): readonly AccountDay[] {
  return days.toSorted((a, b) => a.day - b.day || (a.key < b.key ? -1 : 1));
}

function mostOf({ key, day, most }: AccountDay): unknown {
  return [key, day, most];
}

/** Accesses of five accounts within half an hour, some of them late. */
function frameOf(offset: number, seed: number): { readonly offset: number; readonly bytes: Buffer } {
  const lines = Array.from({ length: 12 }, (_, n) => {
    const mixed = ((offset * 12 + n + 1) * (seed * 2 + 7919)) % 1_000_003;
    const time = new Date(aMonday + offset * 30 * minute + (mixed % 29) * minute).toISOString();
    return `${JSON.stringify(
      anAccessRow({
        time,
        received_at: time,
        actor_id: `a${mixed % 5}`,
        patient_id: aPatient(mixed % 17),
        event_id: anEventId(`${offset} ${n}`),
        device: `d${mixed % 3}`,
        clinic_id: String(mixed % 2),
        actor_role: mixed % 4 === 0 ? 'nurse' : 'clerk',
      }),
    )}\n`;
  });
  return { offset, bytes: Buffer.from(lines.join('')) };
}
