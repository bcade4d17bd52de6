import type { Clinic } from '../clinics.js';
import type { Access } from '../event.js';
import type { Hospital, Member } from '../hospital.js';
import { isWeekend } from '../local-time.js';
import { registerWork } from './register-work.js';

const secretaries = 6;
export const mergerDays = 7;
const recordsADay = [77, 128] as const;

/** A day of looking for doubles in the registers of two clinics. */
export function merger(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  if (since < 0 || since >= mergerDays || isWeekend(day)) return [];
  return mergerSecretaries(hospital).map((member) => {
    const cause = { kind: 'legitimate', name: 'merger' } as const;
    return registerWork(hospital, day, {
      cause,
      member,
      clinics: mergerClinics(hospital),
      records: recordsADay,
      hours: [9, 16.5],
    });
  });
}

/** Whose registers are merged. */
export function mergerClinics({ open }: Hospital): readonly Clinic[] {
  return open.slice(1, 3);
}

export function mergerSecretaries(hospital: Hospital): readonly Member[] {
  const clinics = mergerClinics(hospital);
  return hospital.staff
    .filter(({ role, unit, hiredOn }) => role === 'secretary' && hiredOn === 0 && clinics.includes(unit.clinic))
    .slice(0, secretaries);
}
