import { appointments, unitsIn, wardPatients } from '../caseload.js';
import { clinicOfPatient, patientOf } from '../clinics.js';
import type { Access, Cause } from '../event.js';
import type { Hospital, Member } from '../hospital.js';
import { hourMs, instantOf, isWeekend } from '../local-time.js';
import { mix, SeededRandom } from '../random.js';
import type { Duty } from '../roster.js';
import { roleOf } from '../roles.js';
import { sessionAt, signIn } from '../session.js';

/*
 * Places of work that one clinic keeps for the whole group. Who works there is at home in every clinic, and reads more people whom nobody has met than
 * others of the role: those who call are often not in care, and samples come before their patient is known.
 */

const desk = 'telephone_desk';
const laboratory = 'central_laboratory';
const deskAccounts = 8;
const callsADay = [60, 110] as const;
const samplesADay = [110, 190] as const;
/** Of those who call: who is expected in a consultation, who lies or lay in a bed, and anybody of the register. */
const callers = [
  ['expected', 60],
  ['inpatient', 15],
  ['anybody', 25],
] as const;
const daysSinceStay = 14;
/** Clinics from this one on, counted from the largest, send their samples to the largest. */
const ownLaboratories = 4;

/** The duties of a day without those of the people who answer the telephone, or work in the central laboratory. */
export function withoutDesk(hospital: Hospital, duties: readonly Duty[]): readonly Duty[] {
  const away = new Set(deskMembers(hospital));
  return duties.filter(({ member }) => !away.has(member));
}
export function withoutLaboratory(hospital: Hospital, duties: readonly Duty[]): readonly Duty[] {
  const away = new Set(laboratoryMembers(hospital));
  return duties.filter(({ member }) => !away.has(member));
}

/** Secretaries who answer the telephone for every clinic, on working days. */
export function telephoneDesk(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  if (since < 0 || isWeekend(day)) return [];
  return deskMembers(hospital).map((member) =>
    centralWork(hospital, day, {
      member,
      name: desk,
      wanted: callsADay,
      hours: [8, 17.5],
      next: (random) => caller(hospital, day, random),
    }),
  );
}

/** Technicians of the smaller clinics, who take the samples of all of them; five days of seven. */
export function centralLaboratory(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  if (since < 0) return [];
  return laboratoryMembers(hospital)
    .filter(({ number }) => (day + mix(hospital.seed, 71, number)) % 7 < 5)
    .map((member) =>
      centralWork(hospital, day, {
        member,
        name: laboratory,
        wanted: samplesADay,
        hours: [6.5, 14],
        next: (random) => expectedOrInpatient(hospital, day, random),
      }),
    );
}

function deskMembers({ staff, seed }: Hospital): readonly Member[] {
  return staff
    .filter(({ role, hiredOn }) => role === 'secretary' && hiredOn === 0)
    .toSorted((a, b) => mix(seed, 70, a.number) - mix(seed, 70, b.number))
    .slice(0, deskAccounts);
}

function laboratoryMembers({ staff }: Hospital): readonly Member[] {
  return staff.filter(
    ({ role, unit, hiredOn }) => role === 'lab_technician' && hiredOn === 0 && unit.clinic.index >= ownLaboratories,
  );
}

interface CentralWork {
  readonly member: Member;
  readonly name: typeof desk | typeof laboratory;
  /** Patients of the day, from and to. */
  readonly wanted: readonly [number, number];
  /** Local hours. */
  readonly hours: readonly [number, number];
  readonly next: (random: SeededRandom) => number;
}

function* centralWork(hospital: Hospital, day: number, { member, name, wanted, hours, next }: CentralWork): Generator<Access> {
  const random = new SeededRandom(hospital.seed, `${name} ${member.number} ${day}`);
  const cause: Cause = { kind: 'legitimate', name };
  const { writes, categories } = roleOf(member.role);
  const session = sessionAt(member, member.unit, random);
  const count = random.whole(...wanted);
  const gapMs = ((hours[1] - hours[0]) * hourMs) / count;
  let at = instantOf(day, hours[0]);
  yield* signIn(session, member.unit.clinic, at, random);
  for (let done = 0; done < count; done += 1) {
    const patient = next(random);
    const clinic = clinicOfPatient(hospital.clinics, patient);
    const action = random.chance(writes) ? 'update' : 'read';
    yield { session, clinic, at, action, patients: [patient], categories: [random.pick(categories)], cause };
    at = Math.round(at + 1_000 + random.wait(gapMs));
  }
}

function caller(hospital: Hospital, day: number, random: SeededRandom): number {
  const who = random.weighted(callers);
  if (who === 'anybody') return patientOf(random.pick(hospital.open), random.whole(0, 2 ** 31));
  if (who === 'expected') return expected(hospital, day + random.whole(0, 1), random);
  return inpatient(hospital, day - random.whole(0, daysSinceStay), random);
}

function expectedOrInpatient(hospital: Hospital, day: number, random: SeededRandom): number {
  return random.chance(0.5) ? expected(hospital, day, random) : inpatient(hospital, day, random);
}

function expected(hospital: Hospital, day: number, random: SeededRandom): number {
  const clinic = clinicByWeight(hospital, random);
  return random.pick(appointments(hospital, random.pick(unitsIn(hospital, clinic, 'outpatient')), day));
}

function inpatient(hospital: Hospital, day: number, random: SeededRandom): number {
  const clinic = clinicByWeight(hospital, random);
  return random.pick(wardPatients(hospital, random.pick(unitsIn(hospital, clinic, 'ward')), day));
}

function clinicByWeight({ open }: Hospital, random: SeededRandom): number {
  return random.weighted(open.map(({ index, weight }) => [index, weight] as const));
}
