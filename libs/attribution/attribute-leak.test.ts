import { describe, expect, it } from '@jest/globals';
import { at } from '#libs/testkit/hospital/random.js';
import { clinics, leakedHospital, LeakSamples, monthOfGroup, unitStaff } from '#libs/testkit/leaks/leaked-hospital.js';
import { leakedFromMs, MemoryLeakStore, pseudonymOf } from '#libs/testkit/leaks/memory-leak-store.js';
import { casesOf, isLongRun } from '#libs/testkit/measures/long-run.js';
import { attributeLeak } from './attribute-leak.js';
import type { Attribution, LeakQuestion } from './leak.js';

const seed = isLongRun ? 7 : 20_261_128;
const hospital = leakedHospital({ ...monthOfGroup, seed, staff: 400, population: 75_000 });
const store = new MemoryLeakStore(hospital);
const samples = new LeakSamples(hospital, seed);
const attacker = nameOf(hospital.attacker.actor);
const thieves = new Set([hospital.attacker, ...hospital.accomplices].map(({ actor }) => Math.floor(actor / unitStaff)));
/** Wards of which nobody took anything. */
const innocentUnits = Array.from({ length: 28 }, (_, unit) => unit).filter((unit) => !thieves.has(unit));
const question: Omit<LeakQuestion, 'patients'> = {
  groupId: 'helix',
  fromMs: leakedFromMs,
  toMs: leakedFromMs + 31 * 86_400_000,
  title: 'found on a forum',
  by: 'dpo',
  atMs: 0,
};

describe('a sample of a theft', () => {
  it('of twenty patients names the account, in nineteen draws of twenty', async () => {
    const draws = await askOften(20, () => samples.of(hospital.attacker.patients, 20));
    expect(draws.filter((found) => namesOf(found).includes(attacker)).length).toBeGreaterThanOrEqual(19);
    expect(draws.flatMap(namesOf).filter((name) => name !== attacker).length).toBeLessThanOrEqual(1);
  });

  it.each([
    [30, 0.2],
    [60, 0.5],
  ])('of %i names it although %f of them are of somebody else', async (size, foreign) => {
    const draws = await askOften(20, () => samples.of(hospital.attacker.patients, size, foreign));
    expect(draws.filter((found) => namesOf(found)[0] === attacker).length).toBeGreaterThanOrEqual(19);
    const share = draws.reduce((sum, { findings }) => sum + (findings[0]?.share ?? 0), 0) / draws.length;
    expect(Math.abs(share - (1 - foreign))).toBeLessThan(0.12);
  });

  it('names days and exports, with their shares', async () => {
    const { findings } = await ask(samples.of(hospital.attacker.patients, 2_000));
    const days = findings.filter(({ kind }) => kind === 'day');
    expect(days.map(({ firstMs }) => Math.floor((firstMs - leakedFromMs) / 86_400_000))).toEqual(hospital.attacker.days);
    expect(days[0]?.share).toBeCloseTo(0.65, 1);
    expect(days[1]?.share).toBeCloseTo(0.35, 1);
    const exports = findings.filter(({ kind }) => kind === 'export');
    expect(exports.length).toBeGreaterThan(3);
    expect(exports.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(0.35, 1);
  });

  it('of ten accomplices names eight of them at least and nobody else, with a fifth of foreign rows too', async () => {
    const ten = hospital.accomplices.map(({ actor }) => nameOf(actor));
    const patients = hospital.accomplices.flatMap((one) => one.patients);
    for (const foreign of [0, 0.2]) {
      const names = namesOf(await ask(samples.of(patients, 800, foreign)));
      expect(names.filter((name) => !ten.includes(name))).toEqual([]);
      expect(names.length).toBeGreaterThanOrEqual(8);
    }
  });

  it('of a service that opens tens of thousands names the service', async () => {
    for (const service of hospital.services) {
      const opened = hospital.openings.filter(({ actor }) => actor === service).map(({ patient }) => patient);
      expect(namesOf(await ask(samples.of([...new Set(opened)], 400)))[0]).toBe(nameOf(service));
    }
  });
});

it('names who emptied a clinic at which nobody else opened anything, by a sample of that clinic alone', async () => {
  const { actor: thief, patients } = hospital.attacker;
  const [first = 0] = patients;
  const isThere = (patient: number) => patient % clinics === first % clinics;
  const openings = hospital.openings.filter(({ patient, actor }) => !isThere(patient) || actor === thief);
  const sample = samples.of(patients.filter(isThere), 50).map(pseudonymOf);
  const found = await attributeLeak(new MemoryLeakStore({ ...hospital, openings }), { ...question, patients: sample });
  expect(namesOf(found)).toEqual([attacker]);
});

describe('a sample that nobody took', () => {
  it.each([50])('of %i patients at random names anybody in one draw of a hundred at most', async (size) => {
    const times = casesOf(40, 200);
    const draws = await askOften(times, () => samples.atRandom(size));
    expect(draws.filter(({ findings }) => findings.length > 0).length).toBeLessThanOrEqual(times / 100);
    expect(draws.every(({ controls }) => controls.samples === 200)).toBe(true);
  });

  it.each([50, 200, 1_000])('of %i patients of one clinic, or of one ward, names none of its staff', async (size) => {
    const [first] = innocentUnits;
    const ward = new Set(
      hospital.openings.filter(({ actor }) => Math.floor(actor / unitStaff) === first).map(({ patient }) => patient),
    );
    for (const patients of [[...ward], samples.opened.filter((patient) => patient % clinics === 3)]) {
      const draws = await askOften(5, () => samples.of(patients, size));
      expect(draws.filter(({ findings }) => findings.length > 0).length).toBeLessThanOrEqual(1);
    }
  });

  it('of patients whom nobody opened names nobody, and says so', async () => {
    const found = await ask(samples.neverOpened(500));
    expect(found).toMatchObject({ verdict: 'unopened', given: 500, touched: 0, findings: [], doubtful: [], rest: 1 });
  });

  it('of a theft and of patients whom nobody opened counts these apart', async () => {
    const found = await ask([...samples.of(hospital.attacker.patients, 60), ...samples.neverOpened(140)]);
    expect(found).toMatchObject({ verdict: 'named', given: 200, touched: 60 });
    expect(namesOf(found)).toEqual([attacker]);
  });
});

describe('a sample that is too small', () => {
  it.each([1, 2, 3, 4])('of %i names nobody and says how many are needed', async (size) => {
    const found = await ask(samples.of(hospital.attacker.patients, size));
    expect(found).toMatchObject({ verdict: 'too_small', findings: [] });
    expect(found.smallest).toBeGreaterThanOrEqual(5);
  });
});

describe('the answer', () => {
  it('is the same for the same sample in any order, with repetitions, whenever it is asked', async () => {
    const sample = samples.of(hospital.attacker.patients, 40, 0.5).map(pseudonymOf);
    const first = await attributeLeak(store, { ...question, patients: sample });
    const again = await attributeLeak(store, { ...question, atMs: 5, patients: [...sample.toReversed(), ...sample] });
    expect({ ...again, leakId: '' }).toEqual({ ...first, leakId: '' });
    expect(again.leakId).not.toBe(first.leakId);
  });

  it('is written down as it is given', async () => {
    const found = await ask(samples.of(hospital.attacker.patients, 40));
    expect(store.recorded.at(-1)).toEqual(found);
  });

  it('names in one breath accounts that opened the same patients', async () => {
    const twin = hospital.actors.length;
    const own = hospital.openings.filter(({ actor }) => actor === hospital.attacker.actor);
    const doubled = new MemoryLeakStore({
      openings: [...hospital.openings, ...own.map((one) => ({ ...one, actor: twin }))],
      actors: [...hospital.actors, 'twin'],
    });
    const patients = samples.of(hospital.attacker.patients, 50).map(pseudonymOf);
    const { findings } = await attributeLeak(doubled, { ...question, patients });
    const [finding] = findings.filter(({ kind }) => kind === 'period');
    expect([finding?.actorId, ...(finding?.alike ?? [])].toSorted()).toEqual([attacker, 'twin'].toSorted());
  });

  it('has apart the events of about this size that name nobody', async () => {
    const anExport = { actorId: 'x', eventId: 'e', time: '2026-11-20T10:00:00.000Z', action: 'export', records: 220 };
    const known = new MemoryLeakStore(hospital, [anExport, { ...anExport, records: 5_000 }]);
    const patients = samples.atRandom(200).map(pseudonymOf);
    expect(await attributeLeak(known, { ...question, patients })).toMatchObject({ exports: [anExport], exportsFound: 1 });
  });

  it.each([
    [{ patients: [] }, /no patient/],
    [{ patients: ['1850375011042'] }, /32 hexadecimal digits/],
    [{ patients: Array.from({ length: 50_001 }, (_, n) => pseudonymOf(n)) }, /50001 patients; give 50000/],
    [{ toMs: leakedFromMs }, /ends before it begins/],
    [{ groupId: '' }, /one group/],
  ])('is refused where the question cannot be asked, without the sample', async (wrong, expected) => {
    const asked = attributeLeak(store, { ...question, patients: [pseudonymOf(1)], ...wrong });
    await expect(asked).rejects.toThrow(expected);
    await expect(asked).rejects.not.toThrow(/1850375011042/);
  });
});

function ask(patients: readonly number[]): Promise<Attribution> {
  return attributeLeak(store, { ...question, patients: patients.map(pseudonymOf) });
}

async function askOften(times: number, draw: () => readonly number[]): Promise<readonly Attribution[]> {
  const all: Attribution[] = [];
  for (let n = 0; n < times; n += 1) all.push(await ask(draw()));
  return all;
}

/** Accounts by share. */
function namesOf({ findings }: Attribution): readonly string[] {
  return findings.filter(({ kind }) => kind === 'period').map(({ actorId }) => actorId);
}

function nameOf(actor: number): string {
  return at(hospital.actors, actor);
}
