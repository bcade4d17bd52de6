import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DayCalendar } from '#libs/formats/times/day-calendar.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { Moment } from './moment.js';
import { PatientKey } from './patient-key.js';
import { Patients, usualLimits } from './patients.js';

const calendar = new DayCalendar('UTC');
const start = 3_000_000;
const nobody = () => false;

describe('the shards of patients', () => {
  it('know what a plain list of touches knows, while they are divided, made anew and forget', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = randomOf(seed);
        const patients = new Patients(usualLimits);
        const plain = new Map<number, { account: number; moment: Moment }[]>();
        let now = start;
        let lowest = 0;
        // Two shards' worth, so that shards are divided while patients come again.
        for (let n = 0; n < 60_000; n += 1) {
          if (n % 400 === 0) now += random(40);
          if (n % 6_000 === 5_999) {
            lowest = now - 432;
            patients.startSweep();
          }
          patients.sweep(lowest);
          const patient = random(25_000);
          const account = 1 + random(70_000) * random(3);
          const moment = new Moment(calendar, now - random(20), now + 1 + random(3));
          patients.touch(keyOf(patient), account, moment, lowest);
          plain.set(patient, [...(plain.get(patient) ?? []), { account, moment }]);
        }
        for (let n = 0; n < 3_000; n += 1) {
          const patient = random(26_000);
          const touches = plain.get(patient) ?? [];
          const account = touches[random(touches.length + 1)]?.account ?? 1 + random(70_000);
          const step = Math.max(lowest, now - random(200));
          const key = keyOf(patient);
          const shard = patients.shardOf(key);
          const found = shard.find(key);
          const linking = touches.filter(
            ({ account: other, moment: { visible, linkUntil } }) => other !== account && visible <= step && step < linkUntil,
          );
          expect(found === 0 ? 0 : shard.others(found, account, step, nobody)).toBe(
            Math.min(2, new Set(linking.map((one) => one.account)).size),
          );
          const knows = touches.some(
            ({ account: own, moment: { ownFrom, ownUntil } }) => own === account && ownFrom <= step && step < ownUntil,
          );
          expect(found !== 0 && shard.knows(found, account, step)).toBe(knows);
        }
      }),
      { numRuns: casesOf(2, 40) },
    );
  }, 60_000);

  it('tell patients apart by all of their 128 bits', () => {
    const patients = new Patients(usualLimits);
    const moment = new Moment(calendar, start, start + 1);
    const one = Object.assign(new PatientKey(), { w0: 1, w1: 2, w2: 3, w3: 4 });
    patients.touch(one, 7, moment, 0);
    for (const [word, bit] of [
      ['w0', 31],
      ['w1', 0],
      ['w2', 17],
      ['w3', 3],
    ] as const) {
      const other = Object.assign(new PatientKey(), one, { [word]: (one[word] ^ (1 << bit)) >>> 0 });
      expect(patients.shardOf(other).find(other)).toBe(0);
    }
    expect(patients.shardOf(one).find(one)).not.toBe(0);
  });

  it('lie in shards of which none is large', () => {
    const patients = new Patients(usualLimits);
    const random = randomOf(1);
    const moment = new Moment(calendar, start, start + 1);
    for (let n = 0; n < 200_000; n += 1) patients.touch(keyOf(random(2 ** 31)), 1 + random(1_400), moment, 0);
    const shards = new Set(Array.from({ length: 500 }, () => patients.shardOf(keyOf(random(2 ** 31)))));
    expect(shards.size).toBeGreaterThan(6);
    for (const { size } of shards) expect(size).toBeLessThan(32_000);
  });
});

/** Words that look random, as those of pseudonyms do. */
function keyOf(patient: number): PatientKey {
  const random = randomOf(patient * 7 + 1);
  return Object.assign(new PatientKey(), { w0: random(2 ** 32), w1: random(2 ** 32), w2: random(2 ** 32), w3: random(2 ** 32) });
}

/** mulberry32 */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return Math.floor((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
