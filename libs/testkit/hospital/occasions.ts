import { unitsIn } from './caseload.js';
import { patientOf } from './clinics.js';
import type { Access, Account, Cause, Session } from './event.js';
import type { Hospital, Member } from './hospital.js';
import { hourMs, instantOf, isWeekend, weekdayOf } from './local-time.js';
import { at as itemAt, mix, SeededRandom, share } from './random.js';
import type { Duty, LegitimateName } from './roster.js';
import { sessionAt, signIn } from './session.js';

/** Weekdays on which a secretary gets a recall list to work through. */
const recallDays = 0.4;
const recallPatients = [150, 350] as const;

/** A recall list, exported by a secretary in one go and then worked through. */
export function recallList(hospital: Hospital, day: number, firstDay: number): readonly Generator<Access>[] {
  const secretary = recallingSecretary(hospital, day, firstDay);
  return secretary ? [recall(hospital, day, secretary)] : [];
}

/** Who gets a recall list on a day; at least one on the first working day. */
export function recallingSecretary(hospital: Hospital, day: number, firstDay: number): Member | undefined {
  const firstWorkingDay = weekdayOf(firstDay) < 5 ? firstDay : firstDay + 7 - weekdayOf(firstDay);
  if (isWeekend(day) || !(day === firstWorkingDay || share(hospital.seed, 40, day) < recallDays)) return undefined;
  const secretaries = hospital.staff.filter(({ role, hiredOn }) => role === 'secretary' && hiredOn <= day);
  return secretaries.length ? itemAt(secretaries, mix(hospital.seed, 41, day) % secretaries.length) : undefined;
}

function* recall(hospital: Hospital, day: number, member: Member): Generator<Access> {
  const random = new SeededRandom(hospital.seed, `recall ${day}`);
  const { clinic } = member.unit;
  const session = sessionAt(member, member.unit, random);
  let at = instantOf(day, random.between(9, 13.5));
  yield* signIn(session, clinic, at, random);
  const wanted = random.whole(...recallPatients);
  const patients = [...new Set(Array.from({ length: wanted }, () => patientOf(clinic, random.whole(0, 2 ** 31))))];
  const base = { session, clinic, cause: causeOf('recall_list'), purpose: 'recall' };
  yield { ...base, at, action: 'export', patients, recordCount: patients.length, categories: ['identity', 'scheduling'] };
  const until = instantOf(day, 17);
  for (const patient of patients) {
    at = Math.round(at + 20_000 + random.wait(45_000));
    if (at > until) return;
    yield { ...base, at, action: random.chance(0.8) ? 'read' : 'update', patients: [patient], categories: ['scheduling'] };
  }
}

/** The evening on which the largest clinic calls back whoever can come: everybody reads the records of the same people at once. */
export function massCasualtyDuties(hospital: Hospital, day: number): readonly Duty[] {
  const [emergency] = unitsIn(hospital, 0, 'emergency');
  if (!emergency) return [];
  const { seed } = hospital;
  const victims = Array.from({ length: 60 + (mix(seed, 42) % 40) }, (_, index) =>
    patientOf(emergency.clinic, mix(seed, 43, day, index)),
  );
  const called = hospital.staff.filter(
    ({ number, role, unit }) =>
      unit.clinic === emergency.clinic &&
      (role === 'nurse' || role === 'physician') &&
      (unit.kind === 'emergency' || share(seed, 44, number) < 0.25),
  );
  return called.map((member) => {
    const startsAt = instantOf(day, 19.4 + 1.5 * share(seed, 45, member.number));
    return { member, unit: emergency, startsAt, endsAt: startsAt + 5 * hourMs, reason: 'mass_casualty', victims };
  });
}

export const migrationAccount: Account = {
  id: 'vendor-migration',
  role: 'vendor',
  kind: 'vendor',
  privileged: true,
  auth: 'password',
  mfa: true,
};

/** A night of a mandated migration: the vendor moves one open clinic's records to another product, clinic after clinic. */
export function* migrationNight(hospital: Hospital, day: number, night: number): Generator<Access> {
  const random = new SeededRandom(hospital.seed, `migration ${day}`);
  const clinic = itemAt(hospital.open, night % hospital.open.length);
  const address = { sourceIp: '10.10.9.5', device: 'SRV-MIGRATION', application: 'migration' };
  const session: Session = { account: migrationAccount, id: `s-${random.hex(12)}`, ...address };
  const together = 20;
  const base = { session, clinic, action: 'export', purpose: 'migration', cause: causeOf('migration') } as const;
  const until = instantOf(day, 30);
  let at = instantOf(day, 20.5);
  yield* signIn(session, clinic, at, random);
  for (let from = clinic.patientsFrom; from < clinic.patientsTo && at < until; from += together) {
    const patients = Array.from({ length: Math.min(together, clinic.patientsTo - from) }, (_, index) => from + index);
    yield { ...base, at, patients, recordCount: patients.length, categories: ['clinical', 'identity'] };
    at = Math.round(at + 8_000 + random.wait(4_000));
  }
}

function causeOf(name: LegitimateName): Cause {
  return { kind: 'legitimate', name };
}
