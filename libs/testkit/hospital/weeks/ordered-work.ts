import type { Clinic } from '../clinics.js';
import type { Access } from '../event.js';
import type { Hospital, Member } from '../hospital.js';
import { isWeekend } from '../local-time.js';
import { mix } from '../random.js';
import { registerWork } from './register-work.js';

/*
 * Work on records of people who are not there that somebody ordered, and that can be announced before it is done.
 */

export const researchDays = 5;
const researchRecords = [90, 150] as const;
export const recallDays = 3;
const recallRecords = [8, 16] as const;
const recallClerks = 40;

/** Two physicians of a study read the records of three clinics. */
export function research(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  if (since < 0 || since >= researchDays || isWeekend(day)) return [];
  const cause = { kind: 'legitimate', name: 'research' } as const;
  const [clinics, records] = [researchClinics(hospital), researchRecords];
  return researchers(hospital).map((member) => registerWork(hospital, day, { cause, member, clinics, records, hours: [9, 17] }));
}

export function researchClinics({ open }: Hospital): readonly Clinic[] {
  return open.slice(0, 3);
}

export function researchers({ staff, seed }: Hospital): readonly Member[] {
  return staff
    .filter(({ role, unit, hiredOn }) => role === 'physician' && unit.kind === 'outpatient' && hiredOn === 0)
    .toSorted((a, b) => mix(seed, 67, a.number) - mix(seed, 67, b.number))
    .slice(0, 2);
}

/** Secretaries of the whole group call back who got a device in one clinic. */
export function deviceRecall(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  if (since < 0 || since >= recallDays || isWeekend(day)) return [];
  const cause = { kind: 'legitimate', name: 'device_recall' } as const;
  const [clinics, records] = [recallClinics(hospital), recallRecords];
  return recallers(hospital).map((member) => registerWork(hospital, day, { cause, member, clinics, records, hours: [9, 16.5] }));
}

export function recallClinics({ open }: Hospital): readonly Clinic[] {
  return open.slice(2, 3);
}

export function recallers({ staff, seed }: Hospital): readonly Member[] {
  return staff
    .filter(({ role, hiredOn }) => role === 'secretary' && hiredOn === 0)
    .toSorted((a, b) => mix(seed, 68, a.number) - mix(seed, 68, b.number))
    .slice(0, recallClerks);
}
