import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { Engine } from '../engine.js';
import type { Selection } from '../rule/rule.js';
import { kinds } from './snapshot-format.js';

const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
/** Holds only where no more comes, so it is judged by the clock of the stream, and feeds the next one. */
const few = { ...aRule({ id: 'few', selection, timespanMs: 2000 }), condition: { atLeast: 2, atMost: 3 } };
const options = {
  rules: [
    aRule({ id: 'many', selection, atLeast: 5, timespanMs: 600_000, steps: [5, 10] }),
    few,
    {
      ...aRule({ id: 'often few', selection, field: [], atLeast: 3, timespanMs: 20_000 }),
      type: 'event_count' as const,
      inputs: [{ kind: 'matches' as const, rule: few, by: [], field: [] }],
    },
    aRule({ id: 'by clinic', selection, by: ['clinic_id'], field: ['device'], atLeast: 2, timespanMs: 60_000 }),
  ],
  quietMs: 3_600_000,
  allowedLatenessMs: 5000,
};

describe('a snapshot that is taken while frames go on', () => {
  it('is that of its beginning: going on from it gives what going on without a stop gives', () => {
    fc.assert(
      fc.property(fc.nat(19), fc.array(fc.nat(3), { minLength: 20, maxLength: 20 }), fc.nat(1_000_000), (begin, pace, seed) => {
        const frames = Array.from({ length: 20 }, (_, offset) => frameOf(offset, seed));
        const engine = new Engine(options);
        let pieces: Uint8Array[] = [];
        let running: Iterator<Uint8Array> | undefined;
        const take = (count: number): void => {
          for (let n = 0; n < count && running; n += 1) {
            const next = running.next();
            if (next.done) running = undefined;
            else pieces.push(next.value);
          }
        };
        const without: unknown[] = [];
        for (const [offset, frame] of frames.entries()) {
          if (offset === begin) {
            pieces = [];
            running = engine.snapshot()[Symbol.iterator]();
            take(1);
          }
          engine.apply(frame, aMonday);
          if (offset >= begin) without.push(...engine.takeChanges({ includeUpdates: true }));
          else engine.takeChanges({ includeUpdates: true });
          take(pace[offset] ?? 0);
        }
        take(Number.POSITIVE_INFINITY);
        const again = Engine.restore(pieces, options);
        const withIt: unknown[] = [];
        for (const frame of frames.slice(begin)) {
          again.apply(frame, aMonday);
          withIt.push(...again.takeChanges({ includeUpdates: true }));
        }
        expect(pieces.length).toBeGreaterThan(begin > 8 ? 3 : 1);
        expect(withIt).toEqual(without);
        expect(again.stats().pairs).toBe(engine.stats().pairs);
      }),
      { numRuns: casesOf(10, 100) },
    );
  });

  it('gives way to the next one', () => {
    const engine = new Engine(options);
    engine.apply(frameOf(0, 1), aMonday);
    const first = engine.snapshot()[Symbol.iterator]();
    first.next();
    const second = [...engine.snapshot()];
    expect(() => first.next()).toThrow('another snapshot was begun');
    expect(Engine.restore(second, options).stats().accounts).toBe(engine.stats().accounts);
  });
});

it('is refused where its accounts end early, wherever that is: what is missing is no zero', () => {
  const engine = new Engine(options);
  engine.apply(frameOf(0, 7), aMonday);
  const pieces = [...engine.snapshot()];
  const place = pieces.findIndex(([kind]) => kind === kinds.accounts);
  const whole = pieces[place] ?? new Uint8Array();
  const words = (whole.length - 1) / 4;
  expect(Engine.restore(pieces, options).stats()).toMatchObject({
    accounts: engine.stats().accounts,
    entries: engine.stats().entries,
  });
  // The last thirty words, of an account that nothing follows whose lack would be counted, and some of all.
  for (const end of Array.from({ length: 60 }, (_, n) => 1 + 4 * (n < 30 ? words - 1 - n : Math.floor((words * (n - 30)) / 30))))
    expect(() => Engine.restore(pieces.with(place, whole.slice(0, end)), options)).toThrow(/^the snapshot /);
});

/** A hundred rows of accounts that come and go, some with long histories, so that the snapshot has several pieces. */
function frameOf(offset: number, seed: number): { readonly offset: number; readonly bytes: Buffer } {
  const rows = Array.from({ length: 100 }, (_, n) => {
    const number = offset * 100 + n;
    return anAccessRow({
      time: new Date(aMonday + number * 150).toISOString(),
      actor_id: `${'long name '.repeat(95)} ${(number * 7919 + seed) % (300 + offset)}`,
      patient_id: aPatient((number * 31 + seed) % 200),
      clinic_id: `c${number % 3}`,
      device: `d${number % 5}`,
      event_id: anEventId(number),
    });
  });
  return { offset, bytes: Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')) };
}
