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

/** Who reads what of which clinics for so many days from its first on, on workdays. */
interface Order extends Omit<Parameters<typeof registerWork>[2], 'cause' | 'member'> {
  readonly name: 'research' | 'device_recall';
  readonly days: number;
  readonly members: readonly Member[];
}

function orderedWork(
  hospital: Hospital,
  day: number,
  since: number,
  { name, days, members, ...work }: Order,
): readonly Generator<Access>[] {
  if (since < 0 || since >= days || isWeekend(day)) return [];
  return members.map((member) => registerWork(hospital, day, { ...work, cause: { kind: 'legitimate', name }, member }));
}

/** Two physicians of a study read the records of three clinics. */
export function research(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  const [members, clinics] = [researchers(hospital), researchClinics(hospital)];
  const order = { name: 'research', days: researchDays, members, clinics, records: researchRecords, hours: [9, 17] } as const;
  return orderedWork(hospital, day, since, order);
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
  const [members, clinics] = [recallers(hospital), recallClinics(hospital)];
  const order = { name: 'device_recall', days: recallDays, members, clinics, records: recallRecords, hours: [9, 16.5] } as const;
  return orderedWork(hospital, day, since, order);
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
