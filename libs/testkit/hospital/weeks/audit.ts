import type { Access } from '../event.js';
import type { Hospital } from '../hospital.js';
import { isWeekend } from '../local-time.js';
import { registerWork } from './register-work.js';

const auditors = [3, 5] as const;
const days = 3;

/** A day of an audit of which nobody was told: two coders, and records of any year. */
export function audit(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  if (since < 0 || since >= days || isWeekend(day)) return [];
  const coders = hospital.staff.filter(({ role, hiredOn }) => role === 'coder' && hiredOn === 0).slice(...auditors);
  return coders.map((member) => {
    const cause = { kind: 'legitimate', name: 'audit' } as const;
    return registerWork(hospital, day, {
      cause,
      member,
      clinics: hospital.open.slice(0, 2),
      records: [140, 160],
      hours: [9, 17],
    });
  });
}
