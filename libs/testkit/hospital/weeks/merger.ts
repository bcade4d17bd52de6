import type { Access } from '../event.js';
import type { Hospital } from '../hospital.js';
import { isWeekend } from '../local-time.js';
import { registerWork } from './register-work.js';

const secretaries = 6;
const days = 7;
const recordsADay = [77, 128] as const;

/** A day of looking for doubles in the registers of two clinics. */
export function merger(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  if (since < 0 || since >= days || isWeekend(day)) return [];
  const clinics = hospital.open.slice(1, 3);
  return hospital.staff
    .filter(({ role, unit, hiredOn }) => role === 'secretary' && hiredOn === 0 && clinics.includes(unit.clinic))
    .slice(0, secretaries)
    .map((member) => {
      const cause = { kind: 'legitimate', name: 'merger' } as const;
      return registerWork(hospital, day, { cause, member, clinics, records: recordsADay, hours: [9, 16.5] });
    });
}
