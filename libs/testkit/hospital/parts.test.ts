import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { clinicOfPatient, clinicsOf } from './clinics.js';
import type { Access } from './event.js';
import { hourOf, instantOf, localDayOf } from './local-time.js';
import { Merge } from './merge.js';
import { patientIdentifier, patientsMax } from './patients.js';
import { SeededRandom } from './random.js';

describe('the clock on the wall', () => {
  it.each([
    ['2026-01-05T00:00:00.000Z', 1],
    ['2026-03-29T00:59:59.999Z', 1],
    ['2026-03-29T01:00:00.000Z', 2],
    ['2026-10-25T00:59:59.999Z', 2],
    ['2026-10-25T01:00:00.000Z', 1],
    ['2024-03-31T01:00:00.000Z', 2],
  ])('at %s is %i h ahead of UTC', (time, hours) => {
    const utc = Date.parse(time);
    expect((hourOf(utc) - (utc % 86_400_000) / 3_600_000 + 24) % 24).toBeCloseTo(hours, 6);
  });

  it('finds local days and their instants again, all year', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20_000, max: 30_000 }), fc.double({ min: 4, max: 23.99, noNaN: true }), (day, hour) => {
        const instant = instantOf(day, hour);
        expect(localDayOf(instant)).toBe(day);
        expect(hourOf(instant)).toBeCloseTo(hour, 4);
        expect(localDayOf(instantOf(day, 0))).toBe(day);
        expect(localDayOf(instantOf(day, 0) - 1)).toBe(day - 1);
      }),
    );
  });
});

describe('patients', () => {
  it('have different numbers of thirteen digits', () => {
    const numbers = new Set(Array.from({ length: 200_000 }, (_, patient) => patientIdentifier(3, patient)));
    expect(numbers.size).toBe(200_000);
    const patient = fc.integer({ min: 0, max: patientsMax - 1 });
    fc.assert(fc.property(patient, (one) => /^8\d{12}$/.test(patientIdentifier(1, one))));
  });

  it('belong to exactly one clinic each', () => {
    const options = { seed: 5, start: 0, establishments: 17, closed: 3, patients: 900_000 };
    const clinics = clinicsOf(options);
    expect(clinics.reduce((sum, clinic) => sum + clinic.patientsTo - clinic.patientsFrom, 0)).toBe(900_000);
    for (const clinic of clinics)
      for (const patient of [clinic.patientsFrom, clinic.patientsTo - 1]) expect(clinicOfPatient(clinics, patient)).toBe(clinic);
    expect(new Set(clinics.map((clinic) => clinic.id)).size).toBe(17);
  });
});

describe('chance', () => {
  it('is even, and differs between streams and seeds', () => {
    const means = [new SeededRandom(1, 'a'), new SeededRandom(1, 'b'), new SeededRandom(2, 'a')].map(meanOf);
    for (const mean of means) expect(mean).toBeCloseTo(0.5, 2);
    expect(new Set(means).size).toBe(3);
  });

  it('waits as long as asked on average, and never three times as long', () => {
    const random = new SeededRandom(4);
    const waits = Array.from({ length: 100_000 }, () => random.wait(10));
    expect(waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toBeCloseTo(10, 0);
    expect(Math.max(...waits.slice(0, 10_000))).toBeLessThan(30);
  });

  it('chooses by weight, and some without repetition', () => {
    const random = new SeededRandom(9);
    const often = Array.from({ length: 10_000 }, () =>
      random.weighted([
        ['a', 3],
        ['b', 1],
        ['c', 0],
      ]),
    );
    expect(often.filter((one) => one === 'a').length / often.length).toBeCloseTo(0.75, 1);
    expect(often).not.toContain('c');
    expect(random.some([1, 2, 3, 4], 9).toSorted()).toEqual([1, 2, 3, 4]);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});

describe('the merge', () => {
  it('gives what sorting all of it would give, for any streams', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(50), { maxLength: 12 }), { maxLength: 8 }), (given) => {
        const streams = given.map((times) => times.toSorted((a, b) => a - b));
        const merge = new Merge();
        for (const times of streams) merge.add(times.map(accessAt)[Symbol.iterator]());
        const taken: number[] = [];
        while (merge.nextAt < Infinity) taken.push(merge.take().at);
        expect(taken).toEqual(streams.flat().toSorted((a, b) => a - b));
      }),
    );
  });

  it('stops at a stream that goes back in time, instead of telling events out of order', () => {
    const merge = new Merge();
    merge.add([5, 4].map(accessAt)[Symbol.iterator]());
    expect(() => merge.take()).toThrow('back in time');
  });
});

function meanOf(random: SeededRandom): number {
  let sum = 0;
  for (let i = 0; i < 100_000; i += 1) sum += random.unit();
  return sum / 100_000;
}

function accessAt(time: number): Access {
  const account = { id: 'a', role: 'nurse', kind: 'human', privileged: false, auth: 'password', mfa: false } as const;
  const session = { account, id: 's', sourceIp: '10.0.0.1', device: 'd', application: 'x' };
  const clinic = {
    index: 0,
    id: '990000001',
    name: 'Clinique',
    openedAt: '',
    closedAt: '',
    weight: 1,
    patientsFrom: 0,
    patientsTo: 1,
  };
  return { at: time, session, clinic, action: 'read', patients: [] };
}
